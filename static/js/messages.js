/** The page's sentences for scripts: templates/_js_messages.html holds them in the visitor's language. */

/** @returns {HTMLTemplateElement | null} */
const template = () => /** @type {HTMLTemplateElement | null} */ (document.getElementById("messages"));

/**
 * A sentence, with each {name} replaced.
 * @param {string} name
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function say(name, values = {}) {
  const text = template()?.content.querySelector(`data[value="${name}"]`)?.textContent ?? name;
  return text.replace(/\{(\w+)\}/g, (whole, key) => String(values[key] ?? whole));
}

/**
 * One drawing of the icon sheet, hidden from screen readers.
 * @param {string} name
 * @returns {SVGSVGElement}
 */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${template()?.dataset.icons ?? ""}#${name}`);
  svg.append(use);
  return svg;
}

/** The language of the page, for numbers and dates. */
export const language = () => document.documentElement.lang || "en";

/**
 * Bytes in the visitor's language, such as "1.2 MB".
 * @param {number} count
 */
export function bytes(count) {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
  const power = Math.min(Math.floor(Math.log10(Math.max(count, 1)) / 3), units.length - 1);
  const format = { style: "unit", unit: units[power], unitDisplay: "short", maximumSignificantDigits: 3 };
  return new Intl.NumberFormat(language(), /** @type {Intl.NumberFormatOptions} */ (format)).format(
    count / 1000 ** power,
  );
}
