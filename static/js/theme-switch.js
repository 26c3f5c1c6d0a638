/** <theme-switch> of three buttons, with the values auto, light and dark. theme.js applies the choice before the first paint. */
customElements.define(
  "theme-switch",
  class extends HTMLElement {
    connectedCallback() {
      this.addEventListener("click", (event) => {
        const button = /** @type {Element} */ (event.target).closest("button");
        if (button) this.choose(button.value);
      });
      this.show(document.documentElement.dataset.theme ?? "auto");
    }

    /** @param {string} theme */
    choose(theme) {
      const root = document.documentElement;
      if (theme === "auto") delete root.dataset.theme;
      else root.dataset.theme = theme;
      try {
        if (theme === "auto") localStorage.removeItem("theme");
        else localStorage.setItem("theme", theme);
      } catch {
        // Storage is blocked: the choice holds for this page.
      }
      for (const one of document.querySelectorAll("theme-switch")) /** @type {typeof this} */ (one).show(theme);
    }

    /** @param {string} theme */
    show(theme) {
      for (const button of this.querySelectorAll("button")) {
        button.setAttribute("aria-pressed", String(button.value === theme));
      }
    }
  },
);
