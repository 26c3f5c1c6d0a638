/** The distance between two points of the part, in mm: by clicks, or by Enter at the cross in the middle. */
import {
  BufferAttribute,
  BufferGeometry,
  Group,
  Line,
  LineBasicMaterial,
  Points,
  PointsMaterial,
  Raycaster,
  Vector2,
  Vector3,
} from "three";
import { language, say } from "./messages.js";

const SNAP_PX = 14;
const STILL_PX = 4;
/** A ray that runs along the edge of two triangles may miss both: it is tried beside, too, in px. */
const NEAR = [
  [0, 0],
  [0.4, 0.3],
  [-0.3, 0.4],
];

/**
 * @param {HTMLElement} host
 * @param {import("./studio.js").Studio} stage
 * @param {import("three").Mesh[]} meshes
 */
export function measuring(host, stage, meshes) {
  const { canvas, camera, scene, after, ask } = stage;
  const drawn = new Group();
  const label = document.createElement("output");
  label.className = "size";
  label.hidden = true;
  const cross = document.createElement("span");
  cross.className = "cross";
  cross.hidden = true;
  host.append(label, cross);
  const ink = new LineBasicMaterial({ color: "#ffffff", depthTest: false });
  const dot = new PointsMaterial({ color: "#ffffff", size: 9, sizeAttenuation: false, depthTest: false });
  const ray = new Raycaster();
  /** @type {Vector3[]} */
  let ends = [];
  let on = false;
  let down = { x: 0, y: 0 };

  const redraw = () => {
    for (const old of drawn.children) /** @type {Line} */ (old).geometry.dispose();
    drawn.clear();
    const geometry = () =>
      new BufferGeometry().setAttribute(
        "position",
        new BufferAttribute(new Float32Array(ends.flatMap((p) => p.toArray())), 3),
      );
    if (ends.length) drawn.add(new Points(geometry(), dot));
    if (ends.length === 2) drawn.add(new Line(geometry(), ink));
    drawn.renderOrder = 9;
    label.hidden = ends.length < 2;
    if (ends.length === 2) {
      const format = new Intl.NumberFormat(language(), { maximumFractionDigits: 2 });
      const [dx, dy, dz] = ends[1]
        .clone()
        .sub(ends[0])
        .toArray()
        .map((side) => format.format(Math.abs(side)));
      label.textContent = `${format.format(ends[0].distanceTo(ends[1]))} mm  (${dx} · ${dy} · ${dz})`;
    }
    ask();
  };

  /**
   * @param {number} x in px of the canvas
   * @param {number} y
   */
  const pick = (x, y) => {
    const { clientWidth: width, clientHeight: height } = canvas;
    camera.updateMatrixWorld();
    const targets = meshes.filter((mesh) => mesh.visible || !mesh.parent);
    const hit = NEAR.map(([right, down]) => {
      ray.setFromCamera(new Vector2(((x + right) / width) * 2 - 1, 1 - ((y + down) / height) * 2), camera);
      return ray.intersectObjects(targets, false)[0];
    }).find((found) => found?.face);
    if (!hit?.face) return;
    const mesh = /** @type {import("three").Mesh} */ (hit.object);
    const place = mesh.geometry.getAttribute("position");
    const near = [hit.face.a, hit.face.b, hit.face.c]
      .map((corner) => new Vector3().fromBufferAttribute(place, corner).applyMatrix4(mesh.matrixWorld))
      .map((point) => {
        const seen = point.clone().project(camera);
        return { point, far: Math.hypot(((seen.x + 1) / 2) * width - x, ((1 - seen.y) / 2) * height - y) };
      })
      .sort((one, other) => one.far - other.far)[0];
    if (ends.length === 2) ends = [];
    ends.push(near.far <= SNAP_PX ? near.point : hit.point.clone());
    redraw();
  };

  const place = () => {
    if (ends.length < 2) return;
    const seen = ends[0].clone().lerp(ends[1], 0.5).project(camera);
    const x = ((seen.x + 1) / 2) * host.clientWidth;
    const y = ((1 - seen.y) / 2) * host.clientHeight;
    label.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px) translate(-50%, -50%)`;
  };
  const pressed = (/** @type {PointerEvent} */ event) => {
    down = { x: event.offsetX, y: event.offsetY };
  };
  const released = (/** @type {PointerEvent} */ event) => {
    if (Math.hypot(event.offsetX - down.x, event.offsetY - down.y) < STILL_PX) pick(event.offsetX, event.offsetY);
  };

  return {
    get on() {
      return on;
    },
    pickMiddle: () => pick(canvas.clientWidth / 2, canvas.clientHeight / 2),
    /** @param {boolean} wanted */
    set(wanted) {
      on = wanted;
      cross.hidden = !on;
      ends = [];
      redraw();
      const change = on ? "addEventListener" : "removeEventListener";
      canvas[change]("pointerdown", /** @type {EventListener} */ (pressed));
      canvas[change]("pointerup", /** @type {EventListener} */ (released));
      if (on) {
        scene.add(drawn);
        after.add(place);
      } else {
        drawn.removeFromParent();
        after.delete(place);
      }
      return on ? say("viewer-measure-hint") : "";
    },
    stop() {
      this.set(false);
      ink.dispose();
      dot.dispose();
      label.remove();
      cross.remove();
    },
  };
}
