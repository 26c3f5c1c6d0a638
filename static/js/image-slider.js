import { say } from "./messages.js";

/** <image-slider> with two <img>, before and after: a slider wipes from one to the other. Without scripts both are shown. */
customElements.define(
  "image-slider",
  class extends HTMLElement {
    connectedCallback() {
      if ("ready" in this.dataset || this.querySelectorAll("img").length !== 2) return;
      this.dataset.ready = "1";
      const range = document.createElement("input");
      range.type = "range";
      range.value = "50";
      range.setAttribute("aria-label", say("slider-label"));
      range.addEventListener("input", () => this.style.setProperty("--at", `${range.value}%`));
      this.append(range);
    }
  },
);
