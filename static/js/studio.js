/** Camera, light and loop of a 3D view, Z up, in millimetres. Draws only when something changed. */
import {
  DirectionalLight,
  HemisphereLight,
  MathUtils,
  PerspectiveCamera,
  Scene,
  Spherical,
  Vector3,
  WebGLRenderer,
} from "three";
import { OrbitControls } from "three/addons/controls/OrbitControls.js";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";
import { draco } from "./draco.js";

/** Where the server's pictures are taken from: 35° to the left, 30° up. */
const FROM = new Vector3(-0.497, -0.709, 0.5).normalize();
const GLIDE_MS = 350;

/** Directions of the camera keys, from the part to the eye. */
export const SIDES = {
  1: new Vector3(0, -1, 0.0001),
  2: new Vector3(1, 0, 0.0001),
  3: new Vector3(0, 1, 0.0001),
  4: new Vector3(-1, 0, 0.0001),
  5: new Vector3(0, -0.0001, 1),
  6: new Vector3(0, -0.0001, -1),
};

/**
 * A model as it is stored: millimetres, turned so that Z is up.
 * @param {string} address of a GLB
 * @returns {Promise<import("three").Group>}
 */
export async function load(address) {
  const loaded = await new GLTFLoader().setDRACOLoader(draco).loadAsync(address);
  loaded.scene.rotation.x = Math.PI / 2;
  loaded.scene.updateMatrixWorld(true);
  return loaded.scene;
}

/**
 * The meshes of a model, in their order.
 * @param {import("three").Object3D} model
 * @returns {import("three").Mesh[]}
 */
export function meshes(model) {
  /** @type {import("three").Mesh[]} */
  const found = [];
  model.traverse((part) => {
    if (/** @type {import("three").Mesh} */ (part).isMesh) found.push(/** @type {import("three").Mesh} */ (part));
  });
  return found;
}

/**
 * @param {HTMLElement} host
 */
export function studio(host) {
  const renderer = new WebGLRenderer({ antialias: true, alpha: true });
  renderer.localClippingEnabled = true;
  const canvas = renderer.domElement;
  const scene = new Scene();
  const key = new DirectionalLight("#fff3e6", 2.9);
  scene.add(new HemisphereLight("#ffffff", "#2b5a55", 1.8), key, key.target);
  const camera = new PerspectiveCamera(32, 1, 0.1, 1000);
  camera.up.set(0, 0, 1);
  const controls = new OrbitControls(camera, canvas);
  canvas.style.touchAction = "pan-y";
  const centre = new Vector3();
  let radius = 1;
  let asked = 0;
  let gliding = 0;
  /** @type {Set<() => void>} */
  const after = new Set();
  /** @type {{ draw: () => void }} */
  const how = { draw: () => renderer.render(scene, camera) };

  const draw = () => {
    asked = 0;
    key.position.copy(camera.position).sub(controls.target).applyAxisAngle(camera.up, -0.7).add(controls.target);
    key.position.z += radius * 2.4;
    key.target.position.copy(controls.target);
    how.draw();
    for (const hook of after) hook();
  };
  const ask = () => {
    asked ||= requestAnimationFrame(draw);
  };
  const distance = () => {
    const narrow = Math.min(1, camera.aspect * 0.95);
    return (radius / Math.sin(MathUtils.degToRad(camera.fov / 2)) / narrow) * 0.94;
  };
  /**
   * Go where the camera should be, at once for those who want no motion.
   * @param {Vector3} target
   * @param {Vector3} position
   */
  const glide = (target, position) => {
    cancelAnimationFrame(gliding);
    const [startTarget, start] = [controls.target.clone(), camera.position.clone()];
    const began = performance.now();
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const step = (/** @type {number} */ now) => {
      const done = still ? 1 : Math.min(1, (now - began) / GLIDE_MS);
      const eased = done * (2 - done);
      controls.target.lerpVectors(startTarget, target, eased);
      camera.position.lerpVectors(start, position, eased);
      controls.update();
      ask();
      if (done < 1) gliding = requestAnimationFrame(step);
    };
    step(began);
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
  controls.addEventListener("change", ask);
  const watcher = new ResizeObserver(fit);
  host.append(canvas);
  watcher.observe(host);

  return {
    canvas,
    renderer,
    scene,
    camera,
    controls,
    after,
    how,
    ask,
    draw,
    fit,
    /**
     * Set the stage for a part of this size.
     * @param {import("three").Box3} box
     */
    about(box) {
      box.getCenter(centre);
      radius = Math.max(box.getSize(new Vector3()).length() / 2, 1e-3);
      camera.near = radius / 100;
      camera.far = radius * 60;
      camera.updateProjectionMatrix();
      controls.minDistance = radius * 0.05;
      controls.maxDistance = radius * 14;
    },
    /** Look at the whole part, from one of SIDES or from where the pictures are taken. */
    look(from = FROM, smooth = true) {
      const position = centre.clone().addScaledVector(from.clone().normalize(), distance());
      if (smooth) return glide(centre.clone(), position);
      controls.target.copy(centre);
      camera.position.copy(position);
      controls.update();
      return ask();
    },
    /**
     * Go near a place, looking the way one does.
     * @param {import("three").Sphere} place
     */
    approach(place) {
      const reach = Math.max(place.radius * 2.2, radius * 0.35);
      const far = Math.min(reach / Math.sin(MathUtils.degToRad(camera.fov / 2)), distance());
      const way = camera.position.clone().sub(controls.target).normalize();
      glide(place.center.clone(), place.center.clone().addScaledVector(way, far));
    },
    /**
     * Turn by degrees.
     * @param {number} azimuth
     * @param {number} height
     * @param {number} [zoom] factor of the distance
     */
    turn(azimuth, height, zoom = 1) {
      const upright = new Vector3(1, 0, 0);
      const offset = camera.position
        .clone()
        .sub(controls.target)
        .applyAxisAngle(upright, -Math.PI / 2);
      const at = new Spherical().setFromVector3(offset);
      at.theta += MathUtils.degToRad(azimuth);
      at.phi += MathUtils.degToRad(height);
      at.makeSafe();
      at.radius = MathUtils.clamp(at.radius * zoom, controls.minDistance, controls.maxDistance);
      camera.position.copy(controls.target).add(offset.setFromSpherical(at).applyAxisAngle(upright, Math.PI / 2));
      controls.update();
      ask();
    },
    picture() {
      draw();
      return canvas.toDataURL("image/png");
    },
    stop() {
      cancelAnimationFrame(asked);
      cancelAnimationFrame(gliding);
      watcher.disconnect();
      controls.dispose();
      scene.traverse((part) => {
        const thing = /** @type {import("three").Mesh} */ (part);
        thing.geometry?.dispose();
        for (const material of [thing.material].flat()) material?.dispose();
      });
      renderer.dispose();
      renderer.forceContextLoss();
      canvas.remove();
    },
  };
}

/** @typedef {ReturnType<typeof studio>} Studio */
