/** The mat under the model: a grid in millimetres, each fifth line stronger, fading towards its edge. */
import { BufferGeometry, Float32BufferAttribute, Group, LineBasicMaterial, LineSegments } from "three";

/**
 * The side of a square: 1, 2 or 5 times a power of ten, so that the model covers some 8 squares.
 * @param {number} size of the model's longest side, in mm
 */
export function square(size) {
  const rough = Math.max(size, 1e-3) / 8;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * (rough / power >= 5 ? 5 : rough / power >= 2 ? 2 : 1);
}

/**
 * @param {number} size of the model's longest side, in mm
 * @returns {Group} centred on the origin, in the plane z = 0
 */
export function mat(size) {
  const side = square(size);
  const lines = 20;
  const group = new Group();
  for (const [strong, opacity] of /** @type {[boolean, number][]} */ ([
    [false, 0.16],
    [true, 0.34],
  ])) {
    const points = [];
    for (let at = -lines; at <= lines; at++) {
      if ((at % 5 === 0) !== strong) continue;
      points.push(at * side, -lines * side, 0, at * side, lines * side, 0);
      points.push(-lines * side, at * side, 0, lines * side, at * side, 0);
    }
    const geometry = new BufferGeometry().setAttribute("position", new Float32BufferAttribute(points, 3));
    group.add(
      new LineSegments(
        geometry,
        new LineBasicMaterial({ color: "#cfeee8", transparent: true, opacity, depthWrite: false }),
      ),
    );
  }
  return group;
}
