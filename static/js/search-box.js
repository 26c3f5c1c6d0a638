import { say } from "./messages.js";

const WAIT_MS = 120;

/**
 * <search-box data-suggest="…" data-shape="…"><form><input name="q"></form></search-box>: suggestions while one types,
 * as a combobox (arrows, Enter, Escape), `/` from anywhere, and the shapes like a part that is dropped on it or chosen.
 */
customElements.define(
  "search-box",
  class extends HTMLElement {
    connectedCallback() {
      if (this.list) return;
      this.input = /** @type {HTMLInputElement} */ (this.querySelector("input"));
      this.list = document.createElement("div");
      this.list.className = "suggestions";
      this.list.id = "suggestions";
      this.list.setAttribute("role", "listbox");
      this.list.setAttribute("aria-label", this.input.getAttribute("aria-label") ?? "");
      this.list.hidden = true;
      this.told = document.createElement("p");
      this.told.className = "visually-hidden";
      this.told.setAttribute("role", "status");
      this.append(this.list, this.told);
      this.input.setAttribute("role", "combobox");
      this.input.setAttribute("aria-controls", this.list.id);
      this.input.setAttribute("aria-autocomplete", "list");
      this.input.setAttribute("aria-expanded", "false");
      this.input.addEventListener("input", () => this.later());
      this.input.addEventListener("keydown", (event) => this.key(event));
      this.input.addEventListener("focus", () => this.later());
      this.addEventListener("focusout", (event) => {
        if (!this.contains(/** @type {Node | null} */ (event.relatedTarget))) this.close();
      });
      this.list.addEventListener("mousedown", (event) => event.preventDefault());
      this.querySelector(".by-shape")?.addEventListener("click", (event) => this.pick(event));
      this.aborted = new AbortController();
      const { signal } = this.aborted;
      document.addEventListener("keydown", (event) => this.slash(event), { signal });
      for (const kind of ["dragover", "dragleave", "drop"]) {
        this.addEventListener(kind, (event) => this.drag(/** @type {DragEvent} */ (event)));
      }
    }

    disconnectedCallback() {
      this.aborted?.abort();
    }

    /** @returns {HTMLAnchorElement[]} */
    get options() {
      return [.../** @type {NodeListOf<HTMLAnchorElement>} */ (this.querySelectorAll('[role="option"]'))];
    }

    /** @param {KeyboardEvent} event */
    slash(event) {
      const at = /** @type {HTMLElement} */ (event.target);
      const isTyping = at.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(at.tagName);
      if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      this.input?.focus();
      this.input?.select();
    }

    later() {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.ask(), WAIT_MS);
    }

    async ask() {
      const text = this.input?.value.trim() ?? "";
      this.asking?.abort();
      if (!text || !this.dataset.suggest || !this.list) return this.close();
      this.asking = new AbortController();
      try {
        const address = `${this.dataset.suggest}?${new URLSearchParams({ q: text })}`;
        const response = await fetch(address, { signal: this.asking.signal });
        if (!response.ok) return this.close();
        this.show(await response.text());
      } catch (error) {
        if (/** @type {Error} */ (error).name !== "AbortError") this.close();
      }
    }

    /** @param {string} html our own fragment, escaped by the server */
    show(html) {
      if (!this.list || !this.told || document.activeElement !== this.input) return;
      this.list.innerHTML = html;
      this.options.forEach((option, at) => {
        option.id = `suggestion-${at}`;
      });
      const count = this.options.length;
      this.choose(-1);
      this.list.hidden = !this.list.childElementCount;
      this.input?.setAttribute("aria-expanded", String(!this.list.hidden));
      this.told.textContent = count ? say("search-found", { count }) : say("search-none");
    }

    close() {
      clearTimeout(this.timer);
      this.asking?.abort();
      if (this.list) this.list.hidden = true;
      this.input?.setAttribute("aria-expanded", "false");
      this.choose(-1);
    }

    /** @param {number} at */
    choose(at) {
      this.at = at;
      this.options.forEach((option, here) => {
        option.setAttribute("aria-selected", String(here === at));
        if (here === at) option.scrollIntoView({ block: "nearest" });
      });
      if (at < 0) this.input?.removeAttribute("aria-activedescendant");
      else this.input?.setAttribute("aria-activedescendant", `suggestion-${at}`);
    }

    /** @param {KeyboardEvent} event */
    key(event) {
      const count = this.options.length;
      const isOpen = this.list && !this.list.hidden;
      if (event.key === "Escape" && isOpen) {
        event.preventDefault();
        this.close();
      } else if (event.key === "Escape" && !this.input?.value) {
        this.input?.blur();
      } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && isOpen && count) {
        event.preventDefault();
        const step = event.key === "ArrowDown" ? 1 : -1;
        const next = (this.at ?? -1) + step;
        this.choose(next < -1 ? count - 1 : next >= count ? -1 : next);
      } else if (event.key === "ArrowDown" && !isOpen) {
        event.preventDefault();
        this.ask();
      } else if (event.key === "Enter" && isOpen && (this.at ?? -1) >= 0) {
        event.preventDefault();
        this.options[this.at ?? 0]?.click();
      }
    }

    /** @param {DragEvent} event */
    drag(event) {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      const isOver = event.type === "dragover";
      this.toggleAttribute("data-over", isOver);
      if (isOver) this.dataset.over = say("search-drop");
      const [file] = event.type === "drop" ? event.dataTransfer.files : [];
      if (file) this.send(file);
    }

    /** @param {Event} event a click on the link to the form that works without this script */
    pick(event) {
      event.preventDefault();
      const chooser = document.createElement("input");
      chooser.type = "file";
      chooser.accept = this.dataset.formats ?? "";
      chooser.addEventListener("change", () => {
        const [file] = chooser.files ?? [];
        if (file) this.send(file);
      });
      chooser.click();
    }

    /** @param {File} file */
    send(file) {
      const form = document.createElement("form");
      form.method = "post";
      form.enctype = "multipart/form-data";
      form.action = this.dataset.shape ?? "";
      form.hidden = true;
      const chosen = document.createElement("input");
      chosen.type = "file";
      chosen.name = "file";
      const carrier = new DataTransfer();
      carrier.items.add(file);
      chosen.files = carrier.files;
      const token = document.createElement("input");
      token.name = "csrfmiddlewaretoken";
      token.value = JSON.parse(document.body.getAttribute("hx-headers:inherited") ?? "{}")["X-CSRFToken"] ?? "";
      form.append(chosen, token);
      document.body.append(form);
      this.dataset.over = say("search-sending");
      form.submit();
    }
  },
);
