/** A cut through the part: what lies before the plane is hidden, and the inside shows in a darker colour. */
import { BackSide, DoubleSide, Mesh, MeshBasicMaterial, Plane, Vector3 } from "three";

const INSIDE = "#7d2f0c";
const AXES = { x: new Vector3(-1, 0, 0), y: new Vector3(0, 1, 0), z: new Vector3(0, 0, -1) };

/**
 * @param {import("three").Mesh[]} meshes
 * @param {() => import("three").Box3} extent of the part as it stands
 */
export function section(meshes, extent) {
  const plane = new Plane();
  const inside = new MeshBasicMaterial({ color: INSIDE, side: BackSide, clippingPlanes: [plane] });
  /** @type {Mesh[]} */
  let linings = [];
  const own = /** @type {import("three").MeshStandardMaterial} */ (meshes[0].material);

  return {
    plane,
    get on() {
      return linings.length > 0;
    },
    /**
     * Cut across an axis, at a share of its length; `flipped` shows the other half.
     * @param {"x" | "y" | "z"} axis
     * @param {number} share from 0 to 1
     * @param {boolean} flipped
     */
    cut(axis, share, flipped) {
      const box = extent();
      const at = box.min.clone().lerp(box.max, share);
      const normal = AXES[axis].clone().multiplyScalar(flipped ? -1 : 1);
      plane.setFromNormalAndCoplanarPoint(normal, at);
      if (linings.length) return;
      own.clippingPlanes = [plane];
      own.needsUpdate = true;
      linings = meshes.map((mesh) => {
        const lining = new Mesh(mesh.geometry, inside);
        mesh.add(lining);
        return lining;
      });
      own.side = 0;
    },
    off() {
      for (const lining of linings) lining.removeFromParent();
      linings = [];
      own.clippingPlanes = [];
      own.side = DoubleSide;
      own.needsUpdate = true;
    },
    stop: () => inside.dispose(),
  };
}
