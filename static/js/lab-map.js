import { say } from "./messages.js";

const NEAR_ZOOM = 7;
const COUNTRY_ZOOM = 5;

/**
 * <lab-map data-src="points.json" data-tiles="" data-attribution="" data-label="…"></lab-map>: labs on a map, once it is
 * near the screen. With data-point="lat lon" it shows that place alone; with data-pick="id id" a click fills the two
 * fields of those ids. Without scripts there is no map: the list beside it says the same.
 */
customElements.define(
  "lab-map",
  class extends HTMLElement {
    connectedCallback() {
      this.observer = new IntersectionObserver(
        (entries) => {
          if (!entries.some((entry) => entry.isIntersecting)) return;
          this.observer?.disconnect();
          this.load();
        },
        { rootMargin: "150px" },
      );
      this.observer.observe(this);
    }

    disconnectedCallback() {
      this.observer?.disconnect();
      this.map?.remove();
      this.map = undefined;
    }

    async load() {
      this.setAttribute("role", "region");
      this.setAttribute("aria-label", this.dataset.label ?? "");
      try {
        const { draw, show, pick } = await import("./map.js");
        const map = await draw(this);
        this.map = map;
        const { src, point } = this.dataset;
        if (src) await this.labs(map, show);
        if (point) {
          const [latitude, longitude, ...rest] = point.split(" ");
          const name = rest.join(" ");
          await show(map, [["", name, "", Number(latitude), Number(longitude), "one"]]);
          map.setView([Number(latitude), Number(longitude)], this.dataset.tiles ? 15 : COUNTRY_ZOOM);
        }
        if (this.dataset.pick) this.picking(map, pick);
        this.dataset.ready = "1";
      } catch {
        this.textContent = say("map-failed");
        this.dataset.failed = "1";
      }
    }

    /**
     * @param {import("leaflet").Map} map
     * @param {typeof import("./map.js").show} show
     */
    async labs(map, show) {
      const answer = await fetch(this.dataset.src ?? "");
      const { labs, centre } = await answer.json();
      const bounds = await show(map, labs);
      if (centre?.[2]) map.fitBounds(around(centre));
      else if (centre) map.setView([centre[0], centre[1]], NEAR_ZOOM - 1);
      else if (labs.length) map.fitBounds(bounds.pad(0.05), { maxZoom: NEAR_ZOOM });
    }

    /**
     * @param {import("leaflet").Map} map
     * @param {typeof import("./map.js").pick} pick
     */
    picking(map, pick) {
      const fields = (this.dataset.pick ?? "").split(" ").map((id) => document.getElementById(id));
      const [latitude, longitude] = /** @type {HTMLInputElement[]} */ (fields);
      /** @returns {[number, number] | null} */
      const typed = () =>
        latitude.value && longitude.value ? [Number(latitude.value), Number(longitude.value)] : null;
      const start = typed();
      if (start) map.setView(start, NEAR_ZOOM);
      const move = pick(map, start, (north, east) => {
        latitude.value = north.toFixed(5);
        longitude.value = east.toFixed(5);
      });
      for (const field of [latitude, longitude]) {
        field.addEventListener("change", () => {
          const place = typed();
          if (place?.every(Number.isFinite)) move(...place);
        });
      }
    }
  },
);

/**
 * The corners of the square about a place, km each way.
 * @param {[number, number, number]} centre latitude, longitude, km
 * @returns {[[number, number], [number, number]]}
 */
function around([latitude, longitude, km]) {
  const north = km / 111;
  const east = north / Math.max(Math.cos((latitude * Math.PI) / 180), 0.05);
  return [
    [latitude - north, longitude - east],
    [latitude + north, longitude + east],
  ];
}
