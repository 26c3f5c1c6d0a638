import { say } from "./messages.js";

/**
 * <copy-button text="…"><button type="button">Copy</button></copy-button>, or with for="id" of the element
 * whose value or text is copied. Says that it is done, in the button and to screen readers.
 */
customElements.define(
  "copy-button",
  class extends HTMLElement {
    connectedCallback() {
      this.querySelector("button")?.addEventListener("click", () => this.copy());
    }

    get text() {
      const source = document.getElementById(this.getAttribute("for") ?? "");
      if (source instanceof HTMLInputElement || source instanceof HTMLTextAreaElement) return source.value;
      return this.getAttribute("text") ?? source?.textContent?.trim() ?? "";
    }

    async copy() {
      const button = /** @type {HTMLButtonElement} */ (this.querySelector("button"));
      await navigator.clipboard.writeText(this.text);
      const before = [...button.childNodes];
      const done = document.createElement("span");
      done.setAttribute("role", "status");
      done.textContent = say("copy-done");
      button.replaceChildren(done);
      setTimeout(() => button.replaceChildren(...before), 1600);
    }
  },
);
