/** The model's three dimensions: a box of thin lines, with a label in millimetres on one edge of each direction. */
import { Box3Helper, Color, Vector3 } from "three";
import { language } from "./messages.js";

/**
 * @param {HTMLElement} host holds the labels
 * @param {import("three").Box3} box of the model, in mm
 */
export function rulers(host, box) {
  const helper = new Box3Helper(box, new Color("#ffffff"));
  const { min, max } = box;
  const size = box.getSize(new Vector3());
  const middle = box.getCenter(new Vector3());
  const format = new Intl.NumberFormat(language(), { maximumFractionDigits: 2 });
  const edges = [
    { at: new Vector3(middle.x, min.y, min.z), length: size.x },
    { at: new Vector3(max.x, middle.y, min.z), length: size.y },
    { at: new Vector3(max.x, min.y, middle.z), length: size.z },
  ];
  const labels = edges.map(({ at, length }) => {
    const label = document.createElement("span");
    label.className = "size";
    label.hidden = true;
    label.textContent = `${format.format(length)} mm`;
    host.append(label);
    return { at, label };
  });

  return {
    /** @param {import("three").Camera} camera */
    place(camera) {
      if (!helper.parent) return;
      for (const { at, label } of labels) {
        const seen = at.clone().project(camera);
        const x = ((seen.x + 1) / 2) * host.clientWidth;
        const y = ((1 - seen.y) / 2) * host.clientHeight;
        label.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px) translate(-50%, -50%)`;
      }
    },
    /** @param {import("three").Scene} scene */
    toggle(scene) {
      if (helper.parent) helper.removeFromParent();
      else scene.add(helper);
      const shown = Boolean(helper.parent);
      for (const { label } of labels) label.hidden = !shown;
      return shown;
    },
    stop() {
      helper.dispose();
      for (const { label } of labels) label.remove();
    },
  };
}
