import { say } from "./messages.js";

/**
 * <near-me><input><button hidden>My position</button><p role="alert" hidden></p></near-me>: the button asks the browser
 * where the visitor is, rounds that to about a kilometre, fills it in and sends the form. Nothing is asked before.
 */
customElements.define(
  "near-me",
  class extends HTMLElement {
    connectedCallback() {
      const button = this.querySelector("button");
      if (!button || !("geolocation" in navigator)) return;
      button.hidden = false;
      button.addEventListener("click", () => this.locate(button));
    }

    /** @param {HTMLButtonElement} button */
    locate(button) {
      button.disabled = true;
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          button.disabled = false;
          const field = /** @type {HTMLInputElement} */ (this.querySelector("input"));
          field.value = `${coords.latitude.toFixed(2)}, ${coords.longitude.toFixed(2)}`;
          field.form?.requestSubmit();
        },
        () => {
          button.disabled = false;
          const note = /** @type {HTMLElement} */ (this.querySelector("[role=alert]"));
          note.textContent = say("near-refused");
          note.hidden = false;
        },
        { timeout: 10_000, maximumAge: 600_000 },
      );
    }
  },
);
