/** The bed of the chosen machine under the part, turned as it prints best; red where it does not fit. */
import { Box3, BufferAttribute, BufferGeometry, LineBasicMaterial, LineSegments, Matrix4, Vector3 } from "three";

const STEP_MM = 10;
const ROOM = { fits: "#9fe3d6", not: "#ff5a4d" };

/**
 * @param {HTMLElement} host with data-bed "220 220 250" and, where a better way up is known, data-rotation
 */
export function bedOf(host) {
  const sides = (host.dataset.bed ?? "").split(" ").map(Number);
  const rows = (host.dataset.rotation ?? "").split(" ").map(Number);
  return {
    size: sides.length === 3 && sides.every((side) => side > 0) ? sides : null,
    turned: rows.length === 9 && rows.every(Number.isFinite) ? rows : null,
  };
}

/**
 * @param {import("three").Scene} scene
 * @param {import("three").Group} part
 * @param {{ size: number[] | null, turned: number[] | null }} bed
 */
export function laying(scene, part, bed) {
  const [width, depth, height] = bed.size ?? [0, 0, 0];
  const ink = new LineBasicMaterial({ color: ROOM.fits, transparent: true, opacity: 0.75 });
  const lines = new LineSegments(grid(width, depth, height), ink);
  const stands = new Matrix4();

  return {
    get on() {
      return Boolean(lines.parent);
    },
    /** Lay the part on the bed. Returns whether it fits, and what there is to look at. */
    lay() {
      part.matrixAutoUpdate = true;
      stands.copy(part.matrix);
      const [a, b, c, d, e, f, g, h, i] = bed.turned ?? [1, 0, 0, 0, 1, 0, 0, 0, 1];
      part.position.set(0, 0, 0);
      part.setRotationFromMatrix(new Matrix4().set(a, b, c, 0, d, e, f, 0, g, h, i, 0, 0, 0, 0, 1));
      part.updateMatrixWorld(true);
      const box = new Box3().setFromObject(part, true);
      const middle = box.getCenter(new Vector3());
      part.position.set(-middle.x, -middle.y, -box.min.z);
      part.updateMatrixWorld(true);
      const size = box.getSize(new Vector3());
      const flat = [size.x, size.y].sort((one, other) => one - other);
      const room = [width, depth].sort((one, other) => one - other);
      const fits = flat[0] <= room[0] && flat[1] <= room[1] && size.z <= height;
      ink.color.set(fits ? ROOM.fits : ROOM.not);
      scene.add(lines);
      return { fits, box: new Box3().setFromObject(part, true).union(new Box3().setFromObject(lines)) };
    },
    /** Put the part back as it stands in its file. */
    lift() {
      lines.removeFromParent();
      part.position.set(0, 0, 0);
      part.rotation.set(0, 0, 0);
      part.updateMatrixWorld(true);
    },
    stop() {
      lines.geometry.dispose();
      ink.dispose();
    },
  };
}

/**
 * @param {number} width
 * @param {number} depth
 * @param {number} height
 */
function grid(width, depth, height) {
  /** @type {number[]} */
  const points = [];
  const [x, y] = [width / 2, depth / 2];
  for (let at = -x; at <= x + 1e-6; at += STEP_MM) points.push(at, -y, 0, at, y, 0);
  for (let at = -y; at <= y + 1e-6; at += STEP_MM) points.push(-x, at, 0, x, at, 0);
  const corners = [-x, -y, x, -y, x, y, -x, y];
  for (let one = 0; one < 8; one += 2) {
    const [u, v, s, t] = [corners[one], corners[one + 1], corners[(one + 2) % 8], corners[(one + 3) % 8]];
    points.push(u, v, 0, u, v, height, u, v, height, s, t, height, u, v, 0, s, t, 0);
  }
  return new BufferGeometry().setAttribute("position", new BufferAttribute(new Float32Array(points), 3));
}
