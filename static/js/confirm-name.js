/** <confirm-name name="ada/widget"><input><button>Delete</button></confirm-name>: the button waits for the name. */
customElements.define(
  "confirm-name",
  class extends HTMLElement {
    connectedCallback() {
      const input = /** @type {HTMLInputElement} */ (this.querySelector("input:not([type=hidden])"));
      const button = /** @type {HTMLButtonElement} */ (this.querySelector("button"));
      const check = () => {
        button.disabled = input.value.trim() !== this.getAttribute("name");
      };
      input.addEventListener("input", check);
      check();
    }
  },
);
