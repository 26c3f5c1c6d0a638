/** The 3D scene of <mesh-viewer>: one part on its mat, and what the buttons and keys do to it. */
import {
  Box3,
  DoubleSide,
  Group,
  LineBasicMaterial,
  LineSegments,
  MeshStandardMaterial,
  Vector3,
  WireframeGeometry,
} from "three";
import { bedOf, laying } from "./bed.js";
import { highlight } from "./highlight.js";
import { mat } from "./mat.js";
import { measuring } from "./measure.js";
import { rulers } from "./rulers.js";
import { section } from "./section.js";
import { load, meshes as meshesOf, SIDES, studio } from "./studio.js";

const PART = "#f26a24";

/**
 * Load the model, in millimetres, and show it in the element with Z up.
 * @param {HTMLElement} host with data-bed, data-rotation
 * @param {string} address of a GLB
 */
export async function show(host, address) {
  const stage = studio(host);
  try {
    return scene(host, stage, await load(address));
  } catch (error) {
    stage.stop();
    throw error;
  }
}

/** @typedef {Awaited<ReturnType<typeof show>>} View */

/**
 * @param {HTMLElement} host
 * @param {import("./studio.js").Studio} stage
 * @param {Group} model
 */
function scene(host, stage, model) {
  const material = new MeshStandardMaterial({ color: PART, roughness: 0.6, metalness: 0.05, side: DoubleSide });
  material.flatShading = true;
  const meshes = meshesOf(model);
  for (const mesh of meshes) mesh.material = material;
  const part = new Group().add(model);
  stage.scene.add(part);
  part.updateMatrixWorld(true);
  const extent = () => new Box3().setFromObject(model, true);
  const box = extent();
  const size = box.getSize(new Vector3());
  const middle = box.getCenter(new Vector3());
  const floor = mat(Math.max(size.x, size.y, size.z));
  floor.position.set(middle.x, middle.y, box.min.z - size.length() * 0.002);
  stage.scene.add(floor);
  const ruler = rulers(host, box);
  stage.after.add(() => ruler.place(stage.camera));
  const cut = section(meshes, extent);
  const measure = measuring(host, stage, meshes);
  const bed = bedOf(host);
  const bedding = laying(stage.scene, part, bed);
  /** @type {ReturnType<typeof highlight> | undefined} */
  let marks;
  /** @type {LineSegments[]} */
  let wires = [];
  /** @type {Group | undefined} */
  let full;

  stage.about(box);
  stage.look(undefined, false);
  stage.fit();

  const unwire = () => {
    for (const lines of wires) {
      lines.removeFromParent();
      lines.geometry.dispose();
    }
    wires = [];
  };
  const wire = () => {
    if (wires.length) unwire();
    else {
      const ink = new LineBasicMaterial({ color: "#2b0f02", transparent: true, opacity: 0.55 });
      wires = meshes.map((mesh) => {
        const lines = new LineSegments(new WireframeGeometry(mesh.geometry), ink);
        mesh.add(lines);
        return lines;
      });
    }
    material.polygonOffset = wires.length > 0;
    material.polygonOffsetFactor = material.polygonOffsetUnits = 1;
    material.needsUpdate = true;
    stage.ask();
    return wires.length > 0;
  };

  return {
    canvas: stage.canvas,
    turn: stage.turn,
    reset: () => stage.look(),
    /** @param {string} side a key of SIDES */
    side: (side) => stage.look(SIDES[/** @type {keyof typeof SIDES} */ (/** @type {unknown} */ (side))]),
    wire,
    size() {
      const on = ruler.toggle(stage.scene);
      stage.ask();
      return on;
    },
    picture: stage.picture,
    measure,
    cut,
    ask: stage.ask,
    hasBed: Boolean(bed.size),
    /** Stand the part on the machine's bed, or back. Returns whether it fits, or nothing when it stands as drawn. */
    bed() {
      floor.visible = bedding.on;
      if (bedding.on) {
        bedding.lift();
        stage.about(box);
        stage.look();
        return null;
      }
      const { fits, box: seen } = bedding.lay();
      stage.about(seen);
      stage.look();
      return fits;
    },
    /**
     * Show a finding in place. Returns its legend, or nothing when it has no place here.
     * @param {string} code
     * @param {import("./highlight.js").Marks} known
     */
    highlight(code, known) {
      marks ??= highlight(part, meshes, known);
      const found = marks.show(code);
      if (found) stage.approach(found.place);
      stage.ask();
      return found;
    },
    plain() {
      marks?.clear();
      stage.ask();
    },
    /**
     * Every triangle of the file in place of the light model.
     * @param {string} address of a GLB
     */
    async all(address) {
      full ??= await load(address);
      unwire();
      marks?.clear();
      const finer = meshesOf(full);
      for (const [place, mesh] of meshes.entries()) {
        mesh.geometry.dispose();
        if (finer[place]) {
          mesh.geometry = finer[place].geometry;
          mesh.position.copy(finer[place].position);
          mesh.quaternion.copy(finer[place].quaternion);
          mesh.scale.copy(finer[place].scale);
        }
      }
      marks = undefined;
      stage.ask();
    },
    triangles: () => meshes.reduce((sum, mesh) => sum + (mesh.geometry.index?.count ?? 0) / 3, 0),
    stop() {
      measure.stop();
      cut.stop();
      bedding.stop();
      marks?.clear();
      unwire();
      ruler.stop();
      stage.stop();
    },
  };
}
