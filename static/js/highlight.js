/** Findings in place: lines, points and coloured triangles over the part, with a legend in words. */
import {
  Box3,
  BufferAttribute,
  BufferGeometry,
  CanvasTexture,
  Color,
  DoubleSide,
  Group,
  Matrix3,
  Mesh,
  MeshStandardMaterial,
  Points,
  PointsMaterial,
  Sphere,
  Vector3,
} from "three";
import { LineMaterial } from "three/addons/lines/LineMaterial.js";
import { LineSegments2 } from "three/addons/lines/LineSegments2.js";
import { LineSegmentsGeometry } from "three/addons/lines/LineSegmentsGeometry.js";
import { say } from "./messages.js";

/**
 * @typedef {object} Marks
 * @property {Record<string, number[]>} edges x y z x y z of each segment, in mm
 * @property {{ thin?: { index: number[], mm: number[] } }} triangles of the light model
 * @property {Record<string, number[]>} points x y z of each, in mm
 */

const INK = "#ffe14d";
const HEAT = [new Color("#ffd447"), new Color("#d7191c")];
const BED = new Color("#46d18a");
const NEUTRAL = new Color("#b9c6c3");
const THIN_MM = 2;
const STEEP_DEGREES = 45;
const ON_BED_MM = 0.05;

/**
 * @param {import("three").Group} part holds the model, and turns with it
 * @param {import("three").Mesh[]} meshes of the light model
 * @param {Marks} marks
 */
export function highlight(part, meshes, marks) {
  const shown = new Group();
  part.add(shown);
  /** @type {{ dispose: () => void }[]} */
  let waste = [];

  const clear = () => {
    shown.clear();
    for (const one of waste) one.dispose();
    waste = [];
    for (const mesh of meshes) mesh.visible = true;
  };

  /** @param {number[]} points */
  const lines = (points) => {
    const geometry = new LineSegmentsGeometry().setPositions(points);
    const front = new LineMaterial({ color: INK, linewidth: 4 });
    const behind = new LineMaterial({ color: INK, linewidth: 3, transparent: true, opacity: 0.35, depthTest: false });
    waste.push(geometry, front, behind);
    shown.add(new LineSegments2(geometry, behind), new LineSegments2(geometry, front));
  };

  /** @param {number[]} points */
  const dots = (points) => {
    const geometry = new BufferGeometry().setAttribute("position", new BufferAttribute(new Float32Array(points), 3));
    const disc = ring();
    const material = new PointsMaterial({
      map: disc,
      color: INK,
      size: 22,
      sizeAttenuation: false,
      transparent: true,
      depthTest: false,
    });
    waste.push(geometry, material, disc);
    shown.add(new Points(geometry, material));
  };

  /**
   * Colour each triangle; those without a colour are pale.
   * @param {(triangle: number, normal: Vector3, lowest: number) => Color | null} colour
   * @returns {Box3} of the coloured ones, in the part's own place
   */
  const paint = (colour) => {
    const found = new Box3();
    let first = 0;
    for (const mesh of meshes) {
      const geometry = mesh.geometry.index ? mesh.geometry.toNonIndexed() : mesh.geometry.clone();
      const place = geometry.getAttribute("position");
      const colours = new Float32Array(place.count * 3);
      const turned = new Matrix3().getNormalMatrix(mesh.matrixWorld);
      const [a, b, c, normal] = [new Vector3(), new Vector3(), new Vector3(), new Vector3()];
      for (let corner = 0; corner < place.count; corner += 3) {
        a.fromBufferAttribute(place, corner);
        b.fromBufferAttribute(place, corner + 1);
        c.fromBufferAttribute(place, corner + 2);
        normal.copy(b).sub(a).cross(c.clone().sub(a)).applyMatrix3(turned).normalize();
        const height = (/** @type {Vector3} */ at) => at.clone().applyMatrix4(mesh.matrixWorld).z;
        const tone = colour(first + corner / 3, normal, Math.max(height(a), height(b), height(c)));
        for (let one = corner; one < corner + 3; one++) (tone ?? NEUTRAL).toArray(colours, one * 3);
        if (tone) for (const at of [a, b, c]) found.expandByPoint(at.clone().applyMatrix4(mesh.matrixWorld));
      }
      first += place.count / 3;
      geometry.setAttribute("color", new BufferAttribute(colours, 3));
      const material = new MeshStandardMaterial({ vertexColors: true, roughness: 0.75, side: DoubleSide });
      material.flatShading = true;
      material.clippingPlanes = /** @type {MeshStandardMaterial} */ (mesh.material).clippingPlanes;
      const painted = new Mesh(geometry, material);
      painted.applyMatrix4(part.matrixWorld.clone().invert().multiply(mesh.matrixWorld));
      mesh.visible = false;
      waste.push(geometry, material);
      shown.add(painted);
    }
    return found;
  };

  const thin = () => {
    const known = marks.triangles.thin ?? { index: [], mm: [] };
    const wall = new Map(known.index.map((triangle, place) => [triangle, known.mm[place]]));
    return paint((triangle) => {
      const mm = wall.get(triangle);
      return mm === undefined ? null : mixed(1 - mm / THIN_MM);
    });
  };
  const overhang = () =>
    paint((_triangle, normal, highest) => {
      const degrees = (Math.asin(Math.min(1, Math.max(-1, -normal.z))) * 180) / Math.PI;
      const lies = normal.z < -0.99 && highest < lowest() + ON_BED_MM;
      return lies || degrees <= STEEP_DEGREES + 0.01 ? null : mixed((degrees - STEEP_DEGREES) / (90 - STEEP_DEGREES));
    });
  const contact = () =>
    paint((_triangle, normal, highest) => (normal.z < -0.99 && highest < lowest() + ON_BED_MM ? BED : null));
  const lowest = () => bottom.min.z;
  let bottom = new Box3();

  return {
    clear,
    /**
     * Show one finding. Returns where it is in the world and its legend, or nothing when it has no place.
     * @param {string} code
     * @returns {{ place: Sphere, legend: string, scale: boolean } | null}
     */
    show(code) {
      clear();
      part.updateMatrixWorld(true);
      bottom = new Box3();
      for (const mesh of meshes) bottom.expandByObject(mesh, true);
      const place = new Box3();
      const own = [...(marks.edges[code] ?? []), ...(marks.points[code] ?? [])];
      for (let at = 0; at < own.length; at += 3) {
        place.expandByPoint(part.localToWorld(new Vector3(own[at], own[at + 1], own[at + 2])));
      }
      const painters = { thin, overhang, "bed-contact": contact };
      const painter = painters[/** @type {keyof typeof painters} */ (code)];
      if (painter) place.union(painter());
      if (marks.edges[code]?.length) lines(marks.edges[code]);
      if (marks.points[code]?.length && code !== "thin") dots(marks.points[code]);
      if (place.isEmpty()) {
        clear();
        return null;
      }
      return {
        place: place.getBoundingSphere(new Sphere()),
        legend: say(`viewer-mark-${code}`),
        scale: code === "thin" || code === "overhang",
      };
    },
  };
}

/** @param {number} share from harmless to bad */
const mixed = (share) => HEAT[0].clone().lerp(HEAT[1], Math.min(1, Math.max(0, share)));

/** A ring to mark a point. */
function ring() {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 64;
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  for (const [colour, width] of /** @type {[string, number][]} */ ([
    ["#06312d", 16],
    ["#ffffff", 8],
  ])) {
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.beginPath();
    pen.arc(32, 32, 20, 0, 7);
    pen.stroke();
  }
  return new CanvasTexture(canvas);
}
