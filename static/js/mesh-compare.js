import { say } from "./messages.js";

/** @typedef {Awaited<ReturnType<typeof import("./compare-scene.js").compare>>} Both */

const TURNS = { ArrowLeft: [-12, 0], ArrowRight: [12, 0], ArrowUp: [0, -8], ArrowDown: [0, 8] };

/** Browsers keep about sixteen 3D views alive and drop the oldest: those out of sight give theirs back first. */
const ALIVE = 6;
/** @type {Set<MeshCompare>} */
const alive = new Set();

/**
 * <mesh-compare before="a.glb" after="b.glb" diff="diff.glb" alt="Name"><img before><img after></mesh-compare>: what
 * was added and removed in colours, or one version beside the other behind a slider. Without WebGL the pictures stay.
 */
class MeshCompare extends HTMLElement {
  inSight = false;
  loading = false;

  connectedCallback() {
    this.observer = new IntersectionObserver((entries) => {
      this.inSight = entries[entries.length - 1].isIntersecting;
      if (this.inSight && !this.both && !this.loading) this.load();
    });
    this.observer.observe(this);
  }

  disconnectedCallback() {
    this.observer?.disconnect();
    this.rest();
  }

  /** Back to the two pictures. */
  rest() {
    alive.delete(this);
    this.both?.stop();
    this.both = undefined;
    for (const own of this.querySelectorAll(".panel, .divide")) own.remove();
    delete this.dataset.ready;
  }

  async load() {
    this.loading = true;
    try {
      const { compare } = await import("./compare-scene.js");
      const address = (/** @type {string} */ name) => this.getAttribute(name) ?? "";
      /** @type {Both} */
      const both = await compare(this, {
        before: address("before"),
        after: address("after"),
        diff: address("diff"),
      });
      if (!this.isConnected) {
        both.stop();
        return;
      }
      this.both = both;
      alive.add(this);
      for (const other of alive) if (alive.size > ALIVE && !other.inSight) other.rest();
      this.furnish(both);
      this.dataset.ready = "1";
      this.dispatchEvent(new CustomEvent("viewer:ready", { bubbles: true }));
    } catch {
      this.dataset.failed = "1";
    } finally {
      this.loading = false;
    }
  }

  /** @param {Both} both */
  furnish(both) {
    both.canvas.tabIndex = 0;
    both.canvas.setAttribute("role", "application");
    both.canvas.setAttribute("aria-label", say("compare-label", { name: this.getAttribute("alt") ?? "" }));
    both.canvas.addEventListener("keydown", (event) => {
      const turn = TURNS[/** @type {keyof typeof TURNS} */ (event.key)];
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (turn) both.turn(turn[0], turn[1]);
      else if (event.key === "+" || event.key === "=") both.turn(0, 0, 0.85);
      else if (event.key === "-") both.turn(0, 0, 1 / 0.85);
      else if (event.key.toLowerCase() === "r") both.reset();
      else return;
      event.preventDefault();
    });
    for (const picture of this.querySelectorAll("img")) picture.setAttribute("aria-hidden", "true");
    const panel = document.createElement("div");
    panel.className = "panel";
    const range = Object.assign(document.createElement("input"), {
      type: "range",
      min: "0",
      max: "100",
      value: "50",
    });
    range.setAttribute("aria-label", say("slider-label"));
    range.hidden = true;
    const line = document.createElement("span");
    line.className = "divide";
    line.hidden = true;
    const legend = document.createElement("p");
    legend.className = "legend";
    for (const kind of ["same", "added", "removed"]) {
      const word = document.createElement("span");
      word.dataset.kind = kind;
      word.textContent = say(`compare-${kind}`);
      legend.append(word);
    }
    const slide = () => {
      both.slide(Number(range.value) / 100);
      line.style.left = `${range.value}%`;
    };
    range.addEventListener("input", slide);
    const modes = ["changes", "slider"].map((mode) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = say(`compare-${mode}`);
      button.setAttribute("aria-pressed", String(mode === "changes"));
      button.addEventListener("click", () => {
        for (const other of modes) other.setAttribute("aria-pressed", String(other === button));
        range.hidden = line.hidden = mode === "changes";
        legend.hidden = mode !== "changes";
        both.mode(/** @type {"changes" | "slider"} */ (mode));
        slide();
      });
      return button;
    });
    panel.append(...modes, range, legend);
    this.append(line, panel);
  }
}

customElements.define("mesh-compare", MeshCompare);
