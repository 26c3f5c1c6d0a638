import { icon, say } from "./messages.js";

/** @typedef {import("./scene.js").View} View */

const TOOLS = [
  { name: "reset", icon: "reset", key: "r" },
  { name: "wire", icon: "wire", key: "w", toggles: true },
  { name: "size", icon: "ruler", key: "d", toggles: true },
  { name: "picture", icon: "camera", key: "" },
  { name: "full", icon: "full", key: "" },
];

/**
 * <mesh-viewer src="model.glb" poster="preview.webp" alt="Name"><img …></mesh-viewer>: shows the server's picture,
 * then the model in 3D once it is near the screen and the page is idle. Without WebGL the picture stays.
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
    }

    disconnectedCallback() {
      this.observer?.disconnect();
      this.view?.stop();
      this.view = undefined;
      this.querySelector(".tools")?.remove();
      delete this.dataset.ready;
    }

    async load() {
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
      for (const tool of TOOLS) {
        const button = document.createElement("button");
        button.type = "button";
        button.value = tool.name;
        button.title = say(`viewer-${tool.name}`) + (tool.key ? ` (${tool.key.toUpperCase()})` : "");
        button.setAttribute("aria-label", say(`viewer-${tool.name}`));
        if (tool.toggles) button.setAttribute("aria-pressed", "false");
        button.append(icon(tool.icon));
        tools.append(button);
      }
      tools.addEventListener("click", (event) => {
        const button = /** @type {Element} */ (event.target).closest("button");
        if (button) this.use(button.value);
      });
      view.canvas.addEventListener("keydown", (event) => this.key(event));
      this.append(tools);
    }

    /** @param {KeyboardEvent} event */
    key(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const turn = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      const tool = TOOLS.find(({ key }) => key && key === event.key.toLowerCase());
      if (turn) this.view?.turn(turn[0] * 12, turn[1] * 8);
      else if (event.key === "+" || event.key === "=") this.view?.zoom(0.85);
      else if (event.key === "-") this.view?.zoom(1 / 0.85);
      else if (tool) this.use(tool.name);
      else return;
      event.preventDefault();
    }

    /** @param {string} tool */
    use(tool) {
      const view = /** @type {View} */ (this.view);
      if (tool === "reset") view.reset();
      if (tool === "wire") this.press("wire", view.wire());
      if (tool === "size") this.press("size", view.size());
      if (tool === "picture") this.save(view.picture());
      if (tool === "full") {
        if (document.fullscreenElement) document.exitFullscreen();
        else this.requestFullscreen();
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
