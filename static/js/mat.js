/** The mat under the model: a grid in millimetres, each fifth line stronger, fading away from the model. */
import { BufferGeometry, Float32BufferAttribute, LineBasicMaterial, LineSegments } from "three";

const SQUARES = 30;
const [RED, GREEN, BLUE] = [0.8, 0.95, 0.92];

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
 * @returns {LineSegments} centred on the origin, in the plane z = 0
 */
export function mat(size) {
  const side = square(size);
  /** @type {number[]} */
  const points = [];
  /** @type {number[]} */
  const colours = [];
  /**
   * @param {number} x
   * @param {number} y
   * @param {number} strength
   */
  const point = (x, y, strength) => {
    const far = Math.min(1, Math.hypot(x, y) / SQUARES);
    points.push(x * side, y * side, 0);
    colours.push(RED, GREEN, BLUE, strength * (1 - far) ** 1.6);
  };
  for (let line = -SQUARES; line <= SQUARES; line++) {
    const strength = line % 5 ? 0.24 : 0.6;
    for (let at = -SQUARES; at < SQUARES; at++) {
      point(line, at, strength);
      point(line, at + 1, strength);
      point(at, line, strength);
      point(at + 1, line, strength);
    }
  }
  const geometry = new BufferGeometry()
    .setAttribute("position", new Float32BufferAttribute(points, 3))
    .setAttribute("color", new Float32BufferAttribute(colours, 4));
  const ink = new LineBasicMaterial({ vertexColors: true, transparent: true, depthWrite: false });
  return new LineSegments(geometry, ink);
}
