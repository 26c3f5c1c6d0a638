/** <details class="menu"> closes on Escape, on a click outside and when focus leaves it. */

/** @param {(menu: HTMLDetailsElement) => boolean} which */
function close(which) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    const details = /** @type {HTMLDetailsElement} */ (menu);
    if (which(details)) details.open = false;
  }
}

document.addEventListener("click", (event) => close((menu) => !menu.contains(/** @type {Node} */ (event.target))));
document.addEventListener("focusin", (event) => close((menu) => !menu.contains(/** @type {Node} */ (event.target))));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  close((menu) => {
    if (menu.contains(document.activeElement)) menu.querySelector("summary")?.focus();
    return true;
  });
});
