import { say } from "./messages.js";
import { send } from "./send.js";

/**
 * <photo-drop data-photos="address"> around a <textarea> and a <label> with <input type="file">: photos dropped, pasted or
 * chosen are sent at once, and their Markdown stands where the cursor is. Without scripts the form sends the files.
 */
customElements.define(
  "photo-drop",
  class extends HTMLElement {
    connectedCallback() {
      if ("ready" in this.dataset) return;
      this.dataset.ready = "1";
      this.text = /** @type {HTMLTextAreaElement} */ (this.querySelector("textarea"));
      this.said = document.createElement("p");
      this.said.className = "hint";
      this.said.setAttribute("aria-live", "polite");
      this.append(this.said);
      this.addEventListener("change", (event) => {
        const input = /** @type {HTMLInputElement} */ (event.target);
        if (input.type !== "file") return;
        this.take([...(input.files ?? [])]);
        input.value = "";
      });
      this.addEventListener("dragover", (event) => {
        if (![...(event.dataTransfer?.types ?? [])].includes("Files")) return;
        event.preventDefault();
        this.dataset.over = "1";
      });
      this.addEventListener("dragleave", () => delete this.dataset.over);
      this.addEventListener("drop", (event) => {
        delete this.dataset.over;
        if (this.takePictures(event.dataTransfer)) event.preventDefault();
      });
      this.addEventListener("paste", (event) => {
        if (this.takePictures(event.clipboardData)) event.preventDefault();
      });
    }

    /** @param {DataTransfer | null} data */
    takePictures(data) {
      const pictures = [...(data?.files ?? [])].filter((file) => file.type.startsWith("image/"));
      if (pictures.length > 0) this.take(pictures);
      return pictures.length > 0;
    }

    /** @param {File[]} files */
    async take(files) {
      const csrf = /** @type {HTMLInputElement | null} */ (
        this.closest("form")?.querySelector("[name=csrfmiddlewaretoken]")
      );
      const body = new FormData();
      for (const file of files) body.append("photos", file, file.name);
      this.tell(say("photo-sending", { count: files.length }));
      try {
        const answer = await send(this.dataset.photos ?? "", body, csrf?.value ?? "");
        this.insert(/** @type {string[]} */ (answer.markdown).join("\n"));
        this.tell("");
      } catch (error) {
        this.tell(say("photo-failed", { detail: /** @type {Error} */ (error).message }));
      }
    }

    /** @param {string} words */
    tell(words) {
      if (this.said) this.said.textContent = words;
    }

    /** @param {string} markdown */
    insert(markdown) {
      const text = this.text;
      if (!text) return;
      const before = text.value.slice(0, text.selectionStart);
      const gap = before && !before.endsWith("\n") ? "\n\n" : "";
      text.setRangeText(`${gap}${markdown}\n`, text.selectionStart, text.selectionEnd, "end");
      text.dispatchEvent(new Event("input", { bubbles: true }));
      text.focus();
    }
  },
);
