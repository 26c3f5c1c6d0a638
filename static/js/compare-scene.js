/** Two versions of a part in one view: what stayed, came and went; or one beside the other behind a slider. */
import { Box3, DoubleSide, Group, MeshStandardMaterial } from "three";
import { load, meshes, studio } from "./studio.js";

/** Told apart by lightness too, not by colour alone; the page's legend has the same words and colours. */
const LOOKS = {
  same: { color: "#c9d4d1", opacity: 0.28, transparent: true, depthWrite: false },
  added: { color: "#7ef0b4" },
  removed: { color: "#e0451f" },
};
const PART = "#f26a24";

/**
 * @param {HTMLElement} host
 * @param {{ before: string, after: string, diff: string }} addresses of GLBs
 */
export async function compare(host, addresses) {
  const stage = studio(host);
  try {
    const [before, after, diff] = await Promise.all(
      [addresses.before, addresses.after, addresses.diff].map((address) => (address ? load(address) : new Group())),
    );
    const look = (/** @type {object} */ more) => {
      const material = new MeshStandardMaterial({ roughness: 0.65, metalness: 0.05, side: DoubleSide, ...more });
      material.flatShading = true;
      return material;
    };
    const plain = look({ color: PART });
    for (const model of [before, after]) for (const mesh of meshes(model)) mesh.material = plain;
    for (const mesh of meshes(diff)) {
      const name = mesh.name || mesh.parent?.name || "same";
      mesh.material = look(LOOKS[/** @type {keyof typeof LOOKS} */ (name)] ?? LOOKS.same);
    }
    stage.scene.add(before, after, diff);
    const box = new Box3().setFromObject(diff, true).union(new Box3().setFromObject(before, true));
    stage.about(box.union(new Box3().setFromObject(after, true)));
    let share = 0.5;
    let mode = "changes";

    const only = (/** @type {Group} */ one) => {
      for (const model of [before, after, diff]) model.visible = model === one;
      stage.renderer.render(stage.scene, stage.camera);
    };
    stage.how.draw = () => {
      const { renderer, canvas } = stage;
      if (mode === "changes") return only(diff);
      const [width, height] = [canvas.clientWidth, canvas.clientHeight];
      const edge = Math.round(width * share);
      renderer.setScissorTest(true);
      renderer.setScissor(0, 0, edge, height);
      only(before);
      renderer.setScissor(edge, 0, width - edge, height);
      only(after);
      renderer.setScissorTest(false);
      return undefined;
    };
    stage.look(undefined, false);
    stage.fit();
    return {
      canvas: stage.canvas,
      turn: stage.turn,
      reset: () => stage.look(),
      picture: stage.picture,
      /** @param {"changes" | "slider"} wanted */
      mode(wanted) {
        mode = wanted;
        stage.ask();
      },
      /** @param {number} at from 0 (only after) to 1 (only before) */
      slide(at) {
        share = at;
        stage.ask();
      },
      stop: stage.stop,
    };
  } catch (error) {
    stage.stop();
    throw error;
  }
}
