import { language } from "./messages.js";

const NARROW = "(max-width: 40rem)";

/**
 * The calendar of a lab or a machine: draws what the table under it says, with dragging. The table stays for screen
 * readers, and comes back as soon as the keyboard reaches it.
 */
customElements.define(
  "booking-calendar",
  class extends HTMLElement {
    async connectedCallback() {
      const data = JSON.parse(this.querySelector("script")?.textContent ?? "{}");
      const drawn = /** @type {HTMLElement} */ (this.querySelector("[data-drawn]"));
      if (!data.machines?.length) return;
      const { draw } = await import("./calendar-drawn.js");
      this.show(matchMedia(NARROW).matches && data.view === "week" ? "table" : "calendar");
      /** @type {HTMLElement} */ (this.querySelector("[data-switch]")).hidden = false;
      this.querySelector("[data-table]")?.addEventListener("focusin", () => this.show("table"));
      this.stop = draw(drawn, data, language(), (sentence, severity) => this.say(sentence, severity));
      this.querySelector("[data-switch]")?.addEventListener("click", (event) => {
        const button = /** @type {Element} */ (event.target).closest("button");
        if (button) this.show(button.value);
      });
    }

    disconnectedCallback() {
      this.stop?.();
    }

    /** @param {string} which */
    show(which) {
      for (const [name, part] of [
        ["calendar", "[data-drawn]"],
        ["table", "[data-table]"],
      ]) {
        const shown = /** @type {HTMLElement} */ (this.querySelector(part));
        if (name === "calendar") shown.hidden = name !== which;
        else shown.classList.toggle("visually-hidden", name !== which);
        this.querySelector(`[data-switch] [value="${name}"]`)?.setAttribute("aria-pressed", String(name === which));
      }
    }

    /**
     * @param {string} sentence
     * @param {string} severity
     */
    say(sentence, severity) {
      const line = /** @type {HTMLElement} */ (this.querySelector("[data-said]"));
      line.dataset.severity = severity;
      const words = document.createElement("span");
      words.textContent = sentence;
      line.replaceChildren(words);
      line.hidden = false;
    }
  },
);
