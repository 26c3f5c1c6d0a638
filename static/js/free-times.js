/** A table of free times: arrow keys move, Shift with them takes more below, Enter fills in the form to book. */

/**
 * Put a time into the page's form to book, and go there.
 * @param {{starts: string, ends: string, machine?: string}} chosen on the lab's clock, such as 2027-03-02T10:00
 */
export function choose({ starts, ends, machine }) {
  const form = document.querySelector("form[data-book]");
  if (!(form instanceof HTMLFormElement)) return;
  const fields = /** @type {Record<string, HTMLInputElement>} */ (/** @type {unknown} */ (form.elements));
  fields.starts.value = starts;
  fields.ends.value = ends;
  if (machine) fields.machine.value = machine;
  form.closest("section")?.scrollIntoView({ block: "nearest", behavior: "smooth" });
  fields.purpose.focus({ preventScroll: true });
}

customElements.define(
  "free-times",
  class extends HTMLElement {
    connectedCallback() {
      this.chosen = /** @type {HTMLAnchorElement[]} */ ([]);
      for (const [index, link] of this.links().entries()) link.tabIndex = index ? -1 : 0;
      this.addEventListener("keydown", this);
      this.addEventListener("click", this);
    }

    links() {
      return /** @type {HTMLAnchorElement[]} */ ([...this.querySelectorAll("td a")]);
    }

    /** @param {Event} event */
    handleEvent(event) {
      const link = /** @type {Element} */ (event.target).closest("a");
      if (!(link instanceof HTMLAnchorElement) || !this.contains(link)) return;
      if (event instanceof KeyboardEvent) this.key(event, link);
      else if (link.dataset.starts) {
        event.preventDefault();
        this.take(this.chosen.includes(link) ? this.chosen : [link]);
      }
    }

    /**
     * @param {KeyboardEvent} event
     * @param {HTMLAnchorElement} link
     */
    key(event, link) {
      /** @type {Record<string, [number, number]>} */
      const ways = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
      const way = ways[event.key];
      if (!way) return;
      event.preventDefault();
      const next = this.from(link, way, event.shiftKey);
      if (!next) return;
      if (event.shiftKey && way[1] > 0) this.mark([...(this.chosen.at(-1) === link ? this.chosen : [link]), next]);
      else if (event.shiftKey && way[1] < 0) this.mark(this.chosen.slice(0, -1));
      else this.mark([next]);
      link.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    }

    /**
     * The next link in a direction; the very next cell where `near`.
     * @param {HTMLAnchorElement} link
     * @param {[number, number]} way
     * @param {boolean} near
     */
    from(link, [across, down], near) {
      const cell = /** @type {HTMLTableCellElement} */ (link.closest("td"));
      const row = /** @type {HTMLTableRowElement} */ (cell.parentElement);
      const body = /** @type {HTMLTableSectionElement} */ (row.parentElement);
      let [x, y] = [cell.cellIndex + across, row.sectionRowIndex + down];
      while (y >= 0 && y < body.rows.length && x > 0 && x < row.cells.length) {
        const found = body.rows[y].cells[x].querySelector("a");
        if (found && (!near || found.dataset.starts)) return found;
        if (near) return null;
        [x, y] = [x + across, y + down];
      }
      return null;
    }

    /** @param {HTMLAnchorElement[]} links */
    mark(links) {
      for (const one of this.chosen) one.removeAttribute("data-chosen");
      this.chosen = links;
      for (const one of links) one.setAttribute("data-chosen", "");
    }

    /** @param {HTMLAnchorElement[]} links */
    take(links) {
      this.mark(links);
      choose({ starts: links[0].dataset.starts ?? "", ends: links[links.length - 1].dataset.ends ?? "" });
    }
  },
);
