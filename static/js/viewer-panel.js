/** The panel of a 3D view: the section's slider, the keys, or what is highlighted. One at a time. */
import { say } from "./messages.js";

export const KEYS = ["turn", "zoom", "sides", "reset", "wire", "size", "section", "measure", "bed", "full", "escape"];

/**
 * @param {HTMLElement} host
 */
export function panels(host) {
  const panel = document.createElement("div");
  panel.className = "panel";
  panel.hidden = true;
  host.append(panel);
  let which = "";

  const open = (/** @type {string} */ name, /** @type {Node[]} */ ...content) => {
    which = name;
    panel.replaceChildren(...content);
    panel.hidden = false;
  };

  return {
    get which() {
      return which;
    },
    close() {
      which = "";
      panel.hidden = true;
    },
    help() {
      const list = document.createElement("dl");
      for (const key of KEYS) {
        const [term, words] = [document.createElement("dt"), document.createElement("dd")];
        term.textContent = say(`viewer-key-${key}`);
        words.textContent = say(`viewer-does-${key}`);
        list.append(term, words);
      }
      open("help", list);
    },
    /**
     * @param {string} text
     * @param {boolean} scale whether colours run from harmless to bad
     * @param {() => void} hide
     */
    legend(text, scale, hide) {
      const words = document.createElement("p");
      words.setAttribute("role", "status");
      words.textContent = text;
      const bar = document.createElement("span");
      bar.className = "heat";
      bar.hidden = !scale;
      open("legend", words, bar, button("viewer-hide", hide));
    },
    /** @param {(axis: "x" | "y" | "z", share: number, flipped: boolean) => void} cut */
    section(cut) {
      const range = Object.assign(document.createElement("input"), {
        type: "range",
        min: "0",
        max: "100",
        value: "50",
      });
      range.setAttribute("aria-label", say("viewer-section-place"));
      const axes = document.createElement("select");
      axes.setAttribute("aria-label", say("viewer-section-axis"));
      for (const axis of ["x", "y", "z"]) axes.append(new Option(axis.toUpperCase(), axis));
      axes.value = "y";
      const flip = button("viewer-section-flip", () => {
        flip.setAttribute("aria-pressed", String(flip.getAttribute("aria-pressed") !== "true"));
        apply();
      });
      flip.setAttribute("aria-pressed", "false");
      const apply = () =>
        cut(
          /** @type {"x" | "y" | "z"} */ (axes.value),
          Number(range.value) / 100,
          flip.getAttribute("aria-pressed") === "true",
        );
      range.addEventListener("input", apply);
      axes.addEventListener("change", apply);
      open("section", axes, range, flip);
      apply();
      range.focus();
    },
    /** @param {string} text */
    tell(text) {
      const words = document.createElement("p");
      words.setAttribute("role", "status");
      words.textContent = text;
      open("note", words);
    },
  };
}

/**
 * @param {string} name of its words
 * @param {() => void} act
 */
function button(name, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = say(name);
  made.addEventListener("click", act);
  return made;
}
