/** The 3D scene of <mesh-viewer>: one model, two lights, a mat under it. Draws only when something changed. */
import {
  Box3,
  DirectionalLight,
  DoubleSide,
  HemisphereLight,
  LineBasicMaterial,
  LineSegments,
  MathUtils,
  MeshStandardMaterial,
  PerspectiveCamera,
  Scene,
  Spherical,
  Vector3,
  WebGLRenderer,
  WireframeGeometry,
} from "three";
import { OrbitControls } from "three/addons/controls/OrbitControls.js";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";
import { mat } from "./mat.js";
import { rulers } from "./rulers.js";

/**
 * @typedef {object} View what the buttons and keys may do
 * @property {HTMLCanvasElement} canvas
 * @property {(azimuth: number, height: number) => void} turn in degrees
 * @property {(factor: number) => void} zoom of the distance
 * @property {() => void} reset
 * @property {() => boolean} wire
 * @property {() => boolean} size
 * @property {() => string} picture PNG as a data address
 * @property {() => void} stop
 */

const PART = "#f26a24";
/** Where the server's pictures are taken from: 35° to the left, 30° up. */
const FROM = new Vector3(-0.497, -0.709, 0.5).normalize();

/**
 * Load the model, in millimetres, and show it in the element with Z up (in glTF, Y is up).
 * @param {HTMLElement} host
 * @param {string} address of a GLB
 * @returns {Promise<View>}
 */
export async function show(host, address) {
  const renderer = new WebGLRenderer({ antialias: true, alpha: true });
  try {
    const loaded = await new GLTFLoader().loadAsync(address);
    return stage(host, renderer, loaded.scene);
  } catch (error) {
    renderer.dispose();
    throw error;
  }
}

/**
 * @param {HTMLElement} host
 * @param {WebGLRenderer} renderer
 * @param {import("three").Group} model
 * @returns {View}
 */
function stage(host, renderer, model) {
  const material = new MeshStandardMaterial({ color: PART, roughness: 0.6, metalness: 0.05, side: DoubleSide });
  material.flatShading = true;
  /** @type {import("three").Mesh[]} */
  const parts = [];
  model.traverse((part) => {
    const mesh = /** @type {import("three").Mesh} */ (part);
    if (!mesh.isMesh) return;
    mesh.material = material;
    parts.push(mesh);
  });
  model.rotation.x = Math.PI / 2;
  const box = new Box3().setFromObject(model);
  const size = box.getSize(new Vector3());
  const centre = box.getCenter(new Vector3());
  const radius = Math.max(size.length() / 2, 1e-3);

  const scene = new Scene();
  const floor = mat(Math.max(size.x, size.y, size.z));
  floor.position.set(centre.x, centre.y, box.min.z - radius * 0.004);
  const key = new DirectionalLight("#fff3e6", 2.9);
  scene.add(new HemisphereLight("#ffffff", "#2b5a55", 1.8), key, key.target, floor, model);

  const camera = new PerspectiveCamera(32, 1, radius / 100, radius * 60);
  camera.up.set(0, 0, 1);
  const controls = new OrbitControls(camera, renderer.domElement);
  renderer.domElement.style.touchAction = "pan-y";
  controls.minDistance = radius * 0.3;
  controls.maxDistance = radius * 14;
  const ruler = rulers(host, box);

  let asked = 0;
  const draw = () => {
    asked = 0;
    key.position.copy(camera.position).sub(controls.target).applyAxisAngle(camera.up, -0.7).add(controls.target);
    key.position.z += radius * 2.4;
    key.target.position.copy(controls.target);
    renderer.render(scene, camera);
    ruler.place(camera);
  };
  const ask = () => {
    asked ||= requestAnimationFrame(draw);
  };

  const reset = () => {
    const narrow = Math.min(1, camera.aspect * 0.95);
    const distance = (radius / Math.sin(MathUtils.degToRad(camera.fov / 2)) / narrow) * 0.94;
    controls.target.copy(centre);
    camera.position.copy(centre).addScaledVector(FROM, distance);
    controls.update();
    ask();
  };
  const fit = () => {
    const { clientWidth: width, clientHeight: height } = host;
    if (!width || !height) return;
    renderer.setPixelRatio(Math.min(devicePixelRatio, 2));
    renderer.setSize(width, height, false);
    camera.aspect = width / height;
    camera.updateProjectionMatrix();
    draw();
  };
  /** @param {(at: Spherical) => void} change */
  const move = (change) => {
    const offset = camera.position
      .clone()
      .sub(controls.target)
      .applyAxisAngle(new Vector3(1, 0, 0), -Math.PI / 2);
    const at = new Spherical().setFromVector3(offset);
    change(at);
    at.makeSafe();
    at.radius = MathUtils.clamp(at.radius, controls.minDistance, controls.maxDistance);
    offset.setFromSpherical(at).applyAxisAngle(new Vector3(1, 0, 0), Math.PI / 2);
    camera.position.copy(controls.target).add(offset);
    controls.update();
    ask();
  };

  /** @type {LineSegments[]} */
  let wires = [];
  const wire = () => {
    if (wires.length) {
      for (const lines of wires) {
        lines.removeFromParent();
        lines.geometry.dispose();
      }
      wires = [];
    } else {
      const ink = new LineBasicMaterial({ color: "#2b0f02", transparent: true, opacity: 0.55 });
      wires = parts.map((part) => {
        const lines = new LineSegments(new WireframeGeometry(part.geometry), ink);
        part.add(lines);
        return lines;
      });
    }
    material.polygonOffset = wires.length > 0;
    material.polygonOffsetFactor = material.polygonOffsetUnits = 1;
    material.needsUpdate = true;
    ask();
    return wires.length > 0;
  };

  controls.addEventListener("change", ask);
  const watcher = new ResizeObserver(fit);
  host.append(renderer.domElement);
  watcher.observe(host);
  camera.aspect = host.clientWidth / Math.max(host.clientHeight, 1);
  reset();
  fit();

  return {
    canvas: renderer.domElement,
    turn: (azimuth, height) =>
      move((at) => {
        at.theta += MathUtils.degToRad(azimuth);
        at.phi += MathUtils.degToRad(height);
      }),
    zoom: (factor) =>
      move((at) => {
        at.radius *= factor;
      }),
    reset,
    wire,
    size: () => {
      const on = ruler.toggle(scene);
      ask();
      return on;
    },
    picture: () => {
      draw();
      return renderer.domElement.toDataURL("image/png");
    },
    stop: () => {
      cancelAnimationFrame(asked);
      watcher.disconnect();
      controls.dispose();
      ruler.stop();
      for (const part of parts) part.geometry.dispose();
      material.dispose();
      floor.geometry.dispose();
      floor.material.dispose();
      renderer.dispose();
      renderer.forceContextLoss();
      renderer.domElement.remove();
    },
  };
}
