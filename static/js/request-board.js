import { icon, say } from "./messages.js";

const WHOLE = new Set(["quote"]);

/**
 * <request-board>: a card is dragged to the column of its next step, or moved there with Shift and the arrow keys. The
 * form of that step, as the request's own page has it, opens in a dialog; for quotes the page itself. Arrow keys alone
 * walk over the cards, M opens their links.
 */
customElements.define(
  "request-board",
  class extends HTMLElement {
    connectedCallback() {
      for (const card of this.cards()) card.draggable = true;
      this.querySelector(".board-help")?.removeAttribute("hidden");
      this.addEventListener("dragstart", (event) => this.lift(event));
      this.addEventListener("dragend", () => this.settle());
      this.addEventListener("dragover", (event) => this.over(event));
      this.addEventListener("drop", (event) => this.drop(event));
      this.addEventListener("keydown", (event) => this.key(event));
      this.addEventListener("click", (event) => {
        const link = /** @type {Element} */ (event.target).closest("a[data-verb]");
        if (!(link instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        this.step(link);
      });
    }

    /** @returns {HTMLElement[]} */
    cards(within = /** @type {Element} */ (this)) {
      return [...within.querySelectorAll(".board-card")].map((card) => /** @type {HTMLElement} */ (card));
    }

    /** @returns {HTMLElement[]} */
    columns() {
      return [...this.querySelectorAll(".board-column")].map((column) => /** @type {HTMLElement} */ (column));
    }

    /** @param {DragEvent} event */
    lift(event) {
      const card = /** @type {HTMLElement} */ (event.target).closest?.(".board-card");
      if (!(card instanceof HTMLElement)) return;
      this.lifted = card;
      card.dataset.lifted = "";
      event.dataTransfer?.setData("text/plain", card.querySelector("a")?.href ?? "");
      const open = (card.dataset.columns ?? "").split(" ");
      for (const column of this.columns()) {
        column.toggleAttribute("data-open", open.includes(column.dataset.column ?? "-"));
      }
    }

    settle() {
      delete this.lifted?.dataset.lifted;
      this.lifted = undefined;
      for (const column of this.columns()) column.removeAttribute("data-open");
    }

    /** @param {DragEvent} event */
    over(event) {
      if (this.lifted && /** @type {Element} */ (event.target).closest("[data-open]")) event.preventDefault();
    }

    /** @param {DragEvent} event */
    drop(event) {
      const column = /** @type {Element} */ (event.target).closest("[data-open]");
      const card = this.lifted;
      this.settle();
      if (!card || !(column instanceof HTMLElement)) return;
      event.preventDefault();
      this.move(card, column.dataset.column ?? "");
    }

    /**
     * Go to the one step that leads to a column; where there are several, show them.
     * @param {HTMLElement} card
     * @param {string} column
     */
    move(card, column) {
      const links = [...card.querySelectorAll("a[data-column]")].map((link) => /** @type {HTMLAnchorElement} */ (link));
      const fitting = links.filter((link) => link.dataset.column === column);
      if (fitting.length === 1) this.step(fitting[0]);
      else if (fitting.length) this.open(card);
    }

    /**
     * Ask for what a step needs, in its own form.
     * @param {HTMLAnchorElement} link
     */
    async step(link) {
      const verb = link.dataset.verb ?? "";
      const form = WHOLE.has(verb) ? null : await this.form(link.href, verb);
      if (!form) {
        location.assign(link.href);
        return;
      }
      const dialog = document.createElement("dialog");
      const title = document.createElement("h2");
      const close = document.createElement("button");
      const error = document.createElement("p");
      title.textContent = link.textContent;
      title.id = "board-step-title";
      dialog.className = "board-step";
      dialog.setAttribute("aria-labelledby", title.id);
      close.className = "button quiet square";
      close.ariaLabel = say("board-close");
      close.append(icon("close"));
      close.addEventListener("click", () => dialog.close());
      error.className = "notice";
      error.dataset.severity = "error";
      error.role = "alert";
      error.hidden = true;
      const head = document.createElement("header");
      head.append(title, close);
      dialog.append(head, error, form);
      dialog.addEventListener("close", () => dialog.remove());
      dialog.addEventListener("submit", (event) => this.send(event, error));
      this.append(dialog);
      dialog.showModal();
      const first = form.querySelector("input:not([type=hidden]), textarea, select, button");
      if (first instanceof HTMLElement) first.focus();
    }

    /**
     * The form of a step on the page of its request; nothing where it has none for this person now.
     * @param {string} address
     * @param {string} verb
     * @returns {Promise<Element | null>}
     */
    async form(address, verb) {
      const answer = await fetch(address).catch(() => null);
      if (!answer?.ok) return null;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (verb === "schedule") return page.querySelector("#schedule");
      return page.querySelector(`form[action$="/act/${CSS.escape(verb)}/"]`);
    }

    /**
     * @param {SubmitEvent} event
     * @param {HTMLElement} error
     */
    async send(event, error) {
      const form = /** @type {HTMLFormElement} */ (event.target);
      event.preventDefault();
      if (this.sending) return;
      this.sending = true;
      const body = new FormData(form, event.submitter);
      const headers = { Accept: "application/json" };
      const answer = await fetch(form.action, { method: "POST", body, headers }).catch(() => null);
      this.sending = false;
      if (answer?.ok) {
        location.reload();
        return;
      }
      const said = await answer?.json().catch(() => null);
      error.textContent = said?.error ?? say("board-failed");
      error.hidden = false;
    }

    /** @param {HTMLElement} card */
    open(card) {
      const menu = card.querySelector("details");
      if (!menu) return;
      menu.open = true;
      menu.querySelector("a")?.focus();
    }

    /** @param {KeyboardEvent} event */
    key(event) {
      const card = /** @type {Element} */ (event.target).closest(".board-card");
      if (!(card instanceof HTMLElement) || event.ctrlKey || event.altKey || event.metaKey) return;
      if (event.key === "Escape") {
        card.querySelector("details")?.removeAttribute("open");
        card.focus();
      } else if (event.target !== card) {
        return;
      } else if (event.key === "m" || event.key === "M") {
        event.preventDefault();
        this.open(card);
      } else if (event.key === "Enter") {
        card.querySelector("a")?.click();
      } else if (event.key.startsWith("Arrow")) {
        event.preventDefault();
        if (event.shiftKey) this.push(card, event.key);
        else this.walk(card, event.key);
      }
    }

    /**
     * @param {HTMLElement} card
     * @param {string} key
     */
    walk(card, key) {
      const filled = this.columns().filter((column) => this.cards(column).length);
      const at = filled.findIndex((column) => column.contains(card));
      const here = this.cards(filled[at]);
      const row = here.indexOf(card);
      if (key === "ArrowUp" || key === "ArrowDown") {
        here[row + (key === "ArrowDown" ? 1 : -1)]?.focus();
        return;
      }
      const next = filled[at + (key === "ArrowRight" ? 1 : -1)];
      if (!next) return;
      const there = this.cards(next);
      there[Math.min(row, there.length - 1)]?.focus();
    }

    /**
     * To the nearest column on that side to which a step leads.
     * @param {HTMLElement} card
     * @param {string} key
     */
    push(card, key) {
      const columns = this.columns();
      const at = columns.findIndex((column) => column.contains(card));
      const side = key === "ArrowLeft" ? columns.slice(0, at).reverse() : columns.slice(at + 1);
      const open = (card.dataset.columns ?? "").split(" ");
      const found = side.find((column) => open.includes(column.dataset.column ?? "-"));
      if (found && (key === "ArrowLeft" || key === "ArrowRight")) this.move(card, found.dataset.column ?? "");
    }
  },
);
