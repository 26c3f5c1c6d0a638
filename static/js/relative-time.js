import { language } from "./messages.js";

/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/**
 * "3 days ago", in the given language.
 * @param {Date} at
 * @param {Date} now
 * @param {string} locale
 */
export function relative(at, now, locale) {
  const seconds = (at.getTime() - now.getTime()) / 1000;
  const format = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const [unit, length] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? ["second", 1];
  return format.format(unit === "second" ? 0 : Math.trunc(seconds / length), unit);
}

/** <relative-time datetime="ISO 8601">the server's own words</relative-time>; the whole date stays in the title. */
customElements.define(
  "relative-time",
  class extends HTMLElement {
    connectedCallback() {
      const at = new Date(this.getAttribute("datetime") ?? "");
      if (Number.isNaN(at.getTime())) return;
      this.title = new Intl.DateTimeFormat(language(), { dateStyle: "long", timeStyle: "short" }).format(at);
      this.textContent = relative(at, new Date(), language());
    }
  },
);
