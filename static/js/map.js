import L from "leaflet";
import { feature, mesh } from "topojson-client";
import { say } from "./messages.js";

/**
 * One lab: its page, name, town, latitude, longitude and standing.
 * @typedef {[string, string, string, number, number, string]} Point
 */

const OUTLINE_ZOOM = 9;

/**
 * A map in an element: tiles of the site's choice, or the outline of the world that we bring.
 * @param {HTMLElement} element
 * @returns {Promise<import("leaflet").Map>}
 */
export async function draw(element) {
  const { tiles, attribution } = element.dataset;
  const map = L.map(element, {
    maxZoom: tiles ? 18 : OUTLINE_ZOOM,
    minZoom: 1,
    worldCopyJump: true,
    zoomSnap: 0.5,
    scrollWheelZoom: false,
    zoomControl: false,
    attributionControl: Boolean(tiles),
  });
  L.control.zoom({ zoomInTitle: say("map-closer"), zoomOutTitle: say("map-farther") }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  map.on("focus", () => map.scrollWheelZoom.enable());
  map.on("blur", () => map.scrollWheelZoom.disable());
  map.setView([25, 5], 2);
  if (tiles) {
    map.attributionControl.setPrefix(false);
    L.tileLayer(tiles, { attribution, maxZoom: 18, referrerPolicy: "strict-origin-when-cross-origin" }).addTo(map);
  } else {
    await outline(map);
  }
  return map;
}

/** @param {import("leaflet").Map} map */
async function outline(map) {
  const world = /** @type {any} */ ((await import("world-atlas/countries-50m.json")).default);
  const { countries, land } = world.objects;
  const quiet = { interactive: false, smoothFactor: 1.2 };
  const shores = /** @type {any} */ (feature(world, land)).features[0].geometry.coordinates;
  const polygons = shores.flatMap((/** @type {Ring[]} */ rings) => flat(rings));
  L.polygon(polygons, { ...quiet, className: "map-land" }).addTo(map);
  const borders = /** @type {any} */ (mesh(world, countries, (a, b) => a !== b)).coordinates;
  const lines = borders.map((/** @type {Ring} */ line) => unrolled(line).map(turned));
  L.polyline(lines, { ...quiet, className: "map-border" }).addTo(map);
}

/**
 * Longitude and latitude, as the outline has them.
 * @typedef {[number, number][]} Ring
 */

/**
 * A polygon of the globe on a flat map: whole where it crosses the 180th meridian, and once more on the other side of
 * the world; around the pole it is closed below.
 * @param {Ring[]} rings
 */
function flat(rings) {
  const whole = rings.map((ring) => {
    const line = unrolled(ring);
    const [first, last] = [line[0], line[line.length - 1]];
    return Math.abs(last[0] - first[0]) > 180 ? [...line, [last[0], -85], [first[0], -85]] : line;
  });
  const longitudes = whole[0].map(([longitude]) => longitude);
  const turns = [0];
  if (Math.max(...longitudes) > 180) turns.push(-360);
  if (Math.min(...longitudes) < -180) turns.push(360);
  return turns.map((turn) => whole.map((ring) => ring.map(([east, north]) => [north, east + turn])));
}

/**
 * The same line without leaps from one edge of the map to the other.
 * @param {Ring} line
 */
function unrolled(line) {
  let turn = 0;
  return line.map(([east, north], index) => {
    const before = index ? line[index - 1][0] : east;
    if (east - before > 180) turn -= 360;
    if (east - before < -180) turn += 360;
    return [east + turn, north];
  });
}

/** @param {number[]} point longitude and latitude */
const turned = ([east, north]) => /** @type {[number, number]} */ ([north, east]);

/**
 * Show labs as dots, near ones gathered; each is reached with the Tab key and opened with Enter.
 * @param {import("leaflet").Map} map
 * @param {Point[]} points
 */
export async function show(map, points) {
  await import("leaflet.markercluster");
  const group = /** @type {any} */ (L).markerClusterGroup({
    showCoverageOnHover: false,
    maxClusterRadius: 44,
    chunkedLoading: points.length > 2000,
    iconCreateFunction: (/** @type {any} */ cluster) => gathered(cluster.getChildCount()),
  });
  group.addLayers(points.map(dot));
  map.addLayer(group);
  return group.getBounds();
}

/** @param {number} count */
function gathered(count) {
  const side = count < 10 ? 28 : count < 100 ? 34 : 42;
  return L.divIcon({ className: "map-group", html: `<span>${count}</span>`, iconSize: [side, side] });
}

/** @param {Point} point */
function dot([address, name, town, latitude, longitude, standing]) {
  const icon = L.divIcon({ className: `map-dot ${standing}`, html: "<span></span>", iconSize: [22, 22] });
  const marker = L.marker([latitude, longitude], { icon, title: name });
  marker.on("add", () => marker.getElement()?.setAttribute("aria-label", town ? `${name}, ${town}` : name));
  if (!address) return marker;
  marker.bindPopup(() => {
    const box = document.createElement("div");
    const link = document.createElement("a");
    link.href = address;
    link.textContent = name;
    const where = document.createElement("span");
    where.textContent = town;
    box.append(link, where);
    return box;
  });
  return marker;
}

/**
 * A mark that follows clicks, and can be dragged; says where it is.
 * @param {import("leaflet").Map} map
 * @param {[number, number] | null} start
 * @param {(latitude: number, longitude: number) => void} say where it was put
 */
export function pick(map, start, say) {
  const icon = L.divIcon({ className: "map-dot picked", html: "<span></span>", iconSize: [22, 22] });
  const marker = L.marker(start ?? map.getCenter(), { icon, draggable: true, keyboard: false });
  if (start) marker.addTo(map);
  const told = () => {
    const { lat, lng } = marker.getLatLng().wrap();
    say(lat, lng);
  };
  marker.on("dragend", told);
  map.on("click", (/** @type {any} */ event) => {
    marker.setLatLng(event.latlng).addTo(map);
    told();
  });
  return (/** @type {number} */ latitude, /** @type {number} */ longitude) => {
    marker.setLatLng([latitude, longitude]).addTo(map);
    map.setView([latitude, longitude]);
  };
}
