import { icon, language, say } from "./messages.js";
import { panels } from "./viewer-panel.js";

/** @typedef {import("./scene.js").View} View */

const TOOLS = [
  { name: "reset", icon: "reset", key: "r" },
  { name: "wire", icon: "wire", key: "w", toggles: true },
  { name: "size", icon: "ruler", key: "d", toggles: true },
  { name: "section", icon: "section", key: "x", toggles: true },
  { name: "measure", icon: "measure", key: "m", toggles: true },
  { name: "bed", icon: "bed", key: "b", toggles: true },
  { name: "all", icon: "layers", key: "" },
  { name: "picture", icon: "camera", key: "p" },
  { name: "full", icon: "full", key: "f" },
  { name: "help", icon: "help", key: "?", toggles: true },
];
const TURNS = { ArrowLeft: [-12, 0], ArrowRight: [12, 0], ArrowUp: [0, -8], ArrowDown: [0, 8] };

/**
 * <mesh-viewer src="model.glb" poster="preview.webp" alt="Name" data-marks="marks.json" data-full="all.glb"
 * data-triangles="1234567" data-bed="220 220 250" data-rotation="nine numbers"><img …></mesh-viewer>: shows the
 * server's picture, then the model in 3D once it is near the screen and the page is idle. Without WebGL the picture
 * stays. Buttons with data-show="code" beside it show a finding in place.
 * Fires "viewer:ready"; data-ready="1" from then on.
 */
customElements.define(
  "mesh-viewer",
  class extends HTMLElement {
    connectedCallback() {
      if (!this.querySelector("img") && this.getAttribute("poster")) {
        const picture = document.createElement("img");
        picture.src = this.getAttribute("poster") ?? "";
        picture.alt = this.getAttribute("alt") ?? "";
        this.append(picture);
      }
      this.observer = new IntersectionObserver(
        (entries) => {
          if (!entries.some((entry) => entry.isIntersecting)) return;
          this.observer?.disconnect();
          const idle = window.requestIdleCallback ?? window.setTimeout;
          idle(() => this.isConnected && this.load());
        },
        { rootMargin: "200px" },
      );
      if (this.getAttribute("src")) this.observer.observe(this);
      this.around = this.closest(".split") ?? this;
      this.asked = (/** @type {Event} */ event) => {
        const button = /** @type {HTMLElement} */ (event.target).closest("[data-show]");
        if (button) this.point(/** @type {HTMLElement} */ (button));
      };
      this.around.addEventListener("click", this.asked);
    }

    disconnectedCallback() {
      this.observer?.disconnect();
      if (this.asked) this.around?.removeEventListener("click", this.asked);
      this.view?.stop();
      this.view = undefined;
      for (const own of this.querySelectorAll(".tools, .panel, .note")) own.remove();
      delete this.dataset.ready;
    }

    async load() {
      this.loading ??= this.#load();
      return this.loading;
    }

    async #load() {
      const note = this.note("viewer-loading");
      try {
        const { show } = await import("./scene.js");
        /** @type {View} */
        const view = await show(this, this.getAttribute("src") ?? "");
        if (!this.isConnected) {
          view.stop();
          return;
        }
        this.view = view;
        note.remove();
        this.furnish(view);
        this.dataset.ready = "1";
        this.dispatchEvent(new CustomEvent("viewer:ready", { bubbles: true }));
      } catch {
        note.textContent = say("viewer-failed");
        this.dataset.failed = "1";
      }
    }

    /** @param {string} name */
    note(name) {
      const note = document.createElement("p");
      note.className = "note";
      note.setAttribute("role", "status");
      note.textContent = say(name);
      this.append(note);
      return note;
    }

    /**
     * Name the canvas, hide the picture from screen readers, add the buttons.
     * @param {View} view
     */
    furnish(view) {
      view.canvas.tabIndex = 0;
      view.canvas.setAttribute("role", "application");
      view.canvas.setAttribute("aria-label", say("viewer-label", { name: this.getAttribute("alt") ?? "" }));
      this.querySelector("img")?.setAttribute("aria-hidden", "true");
      const tools = document.createElement("div");
      tools.className = "tools";
      tools.setAttribute("role", "group");
      tools.setAttribute("aria-label", say("viewer-tools"));
      const count = new Intl.NumberFormat(language()).format(Number(this.dataset.triangles ?? 0));
      for (const tool of TOOLS) {
        if ((tool.name === "bed" && !view.hasBed) || (tool.name === "all" && !this.dataset.full)) continue;
        const button = document.createElement("button");
        button.type = "button";
        button.value = tool.name;
        const words = say(`viewer-${tool.name}`, { count });
        button.title = words + (tool.key ? ` (${tool.key.toUpperCase()})` : "");
        button.setAttribute("aria-label", words);
        if (tool.toggles) button.setAttribute("aria-pressed", "false");
        button.append(icon(tool.icon));
        tools.append(button);
      }
      tools.addEventListener("click", (event) => {
        const button = /** @type {Element} */ (event.target).closest("button");
        if (button) this.use(button.value);
      });
      this.addEventListener("keydown", (event) => this.key(event));
      this.append(tools);
      this.panel = panels(this);
    }

    /** @param {KeyboardEvent} event */
    key(event) {
      if (event.ctrlKey || event.metaKey || event.altKey || !this.view) return;
      const inCanvas = event.target === this.view.canvas;
      const turn = TURNS[/** @type {keyof typeof TURNS} */ (event.key)];
      const tool = TOOLS.find(({ key }) => key && key === event.key.toLowerCase());
      if (event.key === "Escape") this.end();
      else if (!inCanvas) return;
      else if (turn) this.view.turn(turn[0], turn[1]);
      else if (event.key === "+" || event.key === "=") this.view.turn(0, 0, 0.85);
      else if (event.key === "-") this.view.turn(0, 0, 1 / 0.85);
      else if (/^[1-6]$/.test(event.key)) this.view.side(event.key);
      else if (event.key === "Enter" && this.view.measure.on) this.view.measure.pickMiddle();
      else if (tool && this.querySelector(`.tools [value="${tool.name}"]`)) this.use(tool.name);
      else return;
      event.preventDefault();
    }

    /** End what is under way: the section, the measuring, the highlight, the help. */
    end() {
      const view = /** @type {View} */ (this.view);
      if (view.cut.on) view.cut.off();
      if (view.measure.on) view.measure.set(false);
      view.plain();
      if (this.querySelector(".panel")?.contains(document.activeElement)) view.canvas.focus();
      this.panel?.close();
      for (const name of ["section", "measure", "help"]) this.press(name, false);
      for (const shown of this.around?.querySelectorAll("[data-show][aria-pressed=true]") ?? []) {
        shown.setAttribute("aria-pressed", "false");
      }
      view.ask();
    }

    /** @param {string} tool */
    use(tool) {
      const view = /** @type {View} */ (this.view);
      const was = this.querySelector(`.tools [value="${tool}"]`)?.getAttribute("aria-pressed") === "true";
      if (tool === "reset") view.reset();
      if (tool === "wire") this.press("wire", view.wire());
      if (tool === "size") this.press("size", view.size());
      if (tool === "picture") this.save(view.picture());
      if (tool === "all") this.all();
      if (tool === "bed") {
        const fits = view.bed();
        this.press("bed", fits !== null);
        if (fits === null) this.panel?.close();
        else
          this.panel?.tell(
            say(fits ? "viewer-bed-fits" : "viewer-bed-not", { bed: this.dataset.bed?.replaceAll(" ", " × ") ?? "" }),
          );
      }
      if (tool === "full") {
        if (document.fullscreenElement) document.exitFullscreen();
        else this.requestFullscreen();
      }
      if (["section", "measure", "help"].includes(tool)) {
        this.end();
        if (was) return;
        this.press(tool, true);
        if (tool === "help") this.panel?.help();
        if (tool === "measure") this.panel?.tell(view.measure.set(true));
        if (tool === "section") {
          this.panel?.section((axis, share, flipped) => {
            view.cut.cut(axis, share, flipped);
            view.ask();
          });
        }
      }
    }

    /**
     * Show a finding where it is, or hide it again.
     * @param {HTMLElement} button with data-show
     */
    async point(button) {
      const was = button.getAttribute("aria-pressed") === "true";
      await this.load();
      if (!this.view) return;
      this.end();
      if (was) return;
      this.known ??= this.dataset.marks
        ? fetch(this.dataset.marks).then((answer) => answer.json())
        : Promise.resolve({ edges: {}, triangles: {}, points: {} });
      const code = button.dataset.show ?? "";
      if (code === "turn") {
        if (this.querySelector('.tools [value="bed"]')?.getAttribute("aria-pressed") !== "true") this.use("bed");
        return;
      }
      const found = this.view.highlight(code, await this.known);
      if (!found) return;
      button.setAttribute("aria-pressed", "true");
      this.panel?.legend(found.legend, found.scale, () => this.end());
      if (this.getBoundingClientRect().top < 0) this.scrollIntoView({ block: "nearest" });
    }

    async all() {
      const note = this.note("viewer-loading");
      try {
        await this.view?.all(this.dataset.full ?? "");
        this.querySelector('.tools [value="all"]')?.remove();
        note.remove();
      } catch {
        note.textContent = say("viewer-all-failed");
      }
    }

    /**
     * @param {string} tool
     * @param {boolean} on
     */
    press(tool, on) {
      this.querySelector(`.tools [value=${tool}]`)?.setAttribute("aria-pressed", String(on));
    }

    /** @param {string} address of a picture, as data */
    save(address) {
      const link = document.createElement("a");
      link.href = address;
      link.download = `${(this.getAttribute("alt") || "model").replace(/[^\p{L}\p{N}.-]+/gu, "-")}.png`;
      link.click();
    }
  },
);
