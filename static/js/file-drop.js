import { gather } from "./gather.js";
import { bytes, icon, say } from "./messages.js";
import { send } from "./send.js";

/** @typedef {{file: File, path: string, state: string, token: string, fault: string, row: HTMLLIElement}} Item */

const AT_ONCE = 3;

/**
 * <file-drop> around the upload's <form data-stage="address" data-max="bytes">: drop files and folders, one row and one
 * progress bar each. Each file goes to the stage first (file, path, upload), which answers {"token"}; then the form is sent
 * with the tokens as "staged", and answers {"url"}. The commit is one or none. Without scripts the form sends "files".
 */
customElements.define(
  "file-drop",
  class extends HTMLElement {
    connectedCallback() {
      if ("ready" in this.dataset) return;
      this.dataset.ready = "1";
      this.form = /** @type {HTMLFormElement} */ (this.querySelector("form"));
      /** @type {Item[]} */
      this.items = [];
      this.upload = crypto.randomUUID?.() ?? String(Date.now());
      this.list = document.createElement("ul");
      this.list.className = "queue";
      this.said = document.createElement("p");
      this.said.setAttribute("aria-live", "polite");
      this.said.className = "hint";
      const target = this.querySelector(".target");
      if (target) target.after(this.list, this.said);
      else this.form.prepend(this.list, this.said);
      this.listen();
    }

    listen() {
      for (const button of this.querySelectorAll("[data-pick]")) {
        button.removeAttribute("hidden");
        button.addEventListener("click", () =>
          this.pick(/** @type {HTMLElement} */ (button).dataset.pick === "folder"),
        );
      }
      this.addEventListener("change", (event) => {
        const input = /** @type {HTMLInputElement} */ (event.target);
        if (input.type !== "file") return;
        this.add([...(input.files ?? [])].map((file) => ({ file, path: file.webkitRelativePath || file.name })));
        input.value = "";
      });
      this.addEventListener("dragover", (event) => {
        event.preventDefault();
        this.dataset.over = "1";
      });
      this.addEventListener("dragleave", (event) => {
        if (!this.contains(/** @type {Node | null} */ (event.relatedTarget))) delete this.dataset.over;
      });
      this.addEventListener("drop", async (event) => {
        event.preventDefault();
        delete this.dataset.over;
        if (event.dataTransfer) this.add(await gather(event.dataTransfer));
      });
      this.form?.addEventListener("submit", (event) => {
        event.preventDefault();
        this.commit(/** @type {SubmitEvent} */ (event).submitter);
      });
    }

    /** @param {boolean} folder */
    pick(folder) {
      const input = document.createElement("input");
      input.type = "file";
      input.multiple = true;
      input.webkitdirectory = folder;
      input.addEventListener("change", () =>
        this.add([...(input.files ?? [])].map((file) => ({ file, path: file.webkitRelativePath || file.name }))),
      );
      input.click();
    }

    /** @param {{file: File, path: string}[]} found */
    add(found) {
      for (const { file, path } of found) {
        this.drop(path);
        const row = document.createElement("li");
        const item = { file, path, state: "waiting", token: "", fault: "", row };
        this.items?.push(item);
        this.list?.append(row);
        this.draw(item);
      }
      this.count();
    }

    /** @param {string} path */
    drop(path) {
      const old = this.items?.find((item) => item.path === path);
      old?.row.remove();
      this.items = this.items?.filter((item) => item !== old);
    }

    count() {
      const items = this.items ?? [];
      const size = items.reduce((sum, item) => sum + item.file.size, 0);
      this.say("drop-chosen", { count: items.length, size: bytes(size) });
    }

    /**
     * @param {string} name
     * @param {Record<string, string | number>} [values]
     */
    say(name, values) {
      if (this.said) this.said.textContent = say(name, values);
    }

    /**
     * One row: path, state, a button, a progress bar, and the fault if there is one.
     * @param {Item} item
     */
    draw(item) {
      const path = document.createElement("span");
      path.className = "path";
      path.textContent = item.path;
      const state = document.createElement("span");
      state.className = "state";
      state.textContent = item.state === "waiting" ? bytes(item.file.size) : say(`drop-${item.state}`, { percent: 0 });
      const button = document.createElement("button");
      button.type = "button";
      const failed = item.state === "failed";
      button.className = "button quiet small square";
      button.append(icon(failed ? "reset" : "close"));
      button.setAttribute("aria-label", say(failed ? "drop-retry-of" : "drop-remove", { path: item.path }));
      button.disabled = item.state === "sending";
      button.addEventListener("click", () => {
        if (failed) this.stage(item).then(() => this.report());
        else {
          this.drop(item.path);
          this.count();
        }
      });
      const bar = document.createElement("progress");
      bar.setAttribute("aria-label", item.path);
      bar.max = 100;
      bar.value = item.state === "done" ? 100 : 0;
      bar.hidden = item.state === "waiting";
      const fault = document.createElement("span");
      fault.className = "fault";
      fault.textContent = item.fault;
      fault.hidden = !item.fault;
      item.row.dataset.state = item.state;
      item.row.replaceChildren(path, state, ...this.more(item, button), bar, fault);
    }

    /**
     * A failed file can be tried again or removed; the others only removed.
     * @param {Item} item
     * @param {HTMLButtonElement} button
     */
    more(item, button) {
      if (item.state !== "failed") return [button];
      const both = document.createElement("span");
      const remove = document.createElement("button");
      remove.type = "button";
      remove.className = "button quiet small square";
      remove.append(icon("close"));
      remove.setAttribute("aria-label", say("drop-remove", { path: item.path }));
      remove.addEventListener("click", () => {
        this.drop(item.path);
        this.report();
      });
      both.append(button, remove);
      return [both];
    }

    /** @param {Item} item */
    async stage(item) {
      const most = Number(this.form?.dataset.max ?? Number.POSITIVE_INFINITY);
      if (item.file.size > most) {
        item.state = "failed";
        item.fault = say("drop-too-large", { limit: bytes(most) });
        this.draw(item);
        return;
      }
      const body = new FormData();
      body.append("path", item.path);
      body.append("upload", this.upload ?? "");
      body.append("file", item.file, item.file.name);
      item.state = "sending";
      item.fault = "";
      this.draw(item);
      try {
        const answer = await send(this.form?.dataset.stage ?? "", body, this.csrf, (share) => {
          const bar = item.row.querySelector("progress");
          const state = item.row.querySelector(".state");
          if (bar) bar.value = share * 100;
          if (state) state.textContent = say("drop-sending", { percent: Math.floor(share * 100) });
        });
        item.token = String(answer.token);
        item.state = "done";
      } catch (error) {
        item.state = "failed";
        item.fault = /** @type {Error} */ (error).message;
      }
      this.draw(item);
    }

    report() {
      const items = this.items ?? [];
      const failed = items.filter((item) => item.state === "failed").length;
      const done = items.filter((item) => item.state === "done").length;
      if (failed) this.say("drop-some-failed", { count: failed });
      else this.say("drop-progress", { done, count: items.length });
    }

    get csrf() {
      return /** @type {HTMLInputElement | null} */ (this.querySelector("[name=csrfmiddlewaretoken]"))?.value ?? "";
    }

    /** @param {HTMLElement | null} button */
    async commit(button) {
      const form = /** @type {HTMLFormElement} */ (this.form);
      if (!this.items?.length) {
        this.say("drop-nothing");
        return;
      }
      const press = /** @type {HTMLButtonElement | null} */ (button);
      if (press) press.disabled = true;
      const waiting = this.items.filter((item) => item.state !== "done");
      const lane = async () => {
        for (let item = waiting.shift(); item; item = waiting.shift()) {
          await this.stage(item);
          this.report();
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, lane));
      if (this.items.every((item) => item.state === "done")) await this.finish(form);
      if (press) press.disabled = false;
    }

    /** @param {HTMLFormElement} form */
    async finish(form) {
      this.say("drop-committing");
      const body = new FormData(form);
      body.delete("files");
      for (const item of this.items ?? []) body.append("staged", item.token);
      try {
        const answer = await send(form.action, body, this.csrf);
        location.assign(String(answer.url));
      } catch (error) {
        this.say("drop-refused", { detail: /** @type {Error} */ (error).message });
      }
    }
  },
);
