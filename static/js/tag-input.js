import { say } from "./messages.js";

/**
 * <tag-input><input name="tags" value="gear, clock" list="…"></tag-input>: one chip a word. Enter or a comma
 * adds, Backspace in the empty field removes the last. The form sends the same words, parted by commas.
 */
customElements.define(
  "tag-input",
  class extends HTMLElement {
    connectedCallback() {
      if ("ready" in this.dataset) return;
      this.dataset.ready = "1";
      this.input = /** @type {HTMLInputElement} */ (this.querySelector("input"));
      this.sent = document.createElement("input");
      this.sent.type = "hidden";
      this.sent.name = this.input.name;
      this.input.removeAttribute("name");
      this.input.required = false;
      /** @type {string[]} */
      this.words = [];
      this.append(this.sent);
      this.take(this.input.value);
      this.input.addEventListener("keydown", (event) => this.key(event));
      this.input.addEventListener("input", () => {
        if (this.input?.value.includes(",")) this.take(this.input.value);
      });
      this.input.addEventListener("change", () => this.take(this.input?.value ?? ""));
      this.addEventListener("click", (event) => {
        const button = /** @type {Element} */ (event.target).closest("button");
        if (button) this.drop(button.value);
      });
    }

    /** @param {KeyboardEvent} event */
    key(event) {
      const input = /** @type {HTMLInputElement} */ (this.input);
      if (event.key === "Enter" && input.value.trim()) {
        event.preventDefault();
        this.take(input.value);
      } else if (event.key === "Backspace" && !input.value && this.words?.length) {
        this.drop(/** @type {string} */ (this.words.at(-1)));
      }
    }

    /** @param {string} text */
    take(text) {
      const words = text
        .split(",")
        .map((word) => word.trim())
        .filter(Boolean);
      this.words = [...new Set([...(this.words ?? []), ...words])];
      if (this.input) this.input.value = "";
      this.show();
    }

    /** @param {string} word */
    drop(word) {
      this.words = this.words?.filter((one) => one !== word);
      this.show();
      this.input?.focus();
    }

    show() {
      for (const old of this.querySelectorAll(".tag")) old.remove();
      const chips = (this.words ?? []).map((word) => {
        const chip = document.createElement("span");
        chip.className = "tag";
        const remove = document.createElement("button");
        remove.type = "button";
        remove.value = word;
        remove.textContent = "×";
        remove.setAttribute("aria-label", say("tag-remove", { tag: word }));
        chip.append(word, remove);
        return chip;
      });
      this.prepend(...chips);
      if (this.sent) this.sent.value = (this.words ?? []).join(", ");
    }
  },
);
