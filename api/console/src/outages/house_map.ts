/** The map: our own houses as dots, without tiles. Leaflet draws, this says what. */
import "leaflet/dist/leaflet.css";
import L from "leaflet";
import { affected } from "../register/areas";
import type { Area, Spot } from "../register/types";

export interface Hands {
  /** Houses inside `west,south,east,north`; '' is the town's first ones. */
  spots: (bbox: string) => Promise<{ buildings: Spot[]; whole: boolean }>;
  /** A press on a house; left out where the map is only looked at. */
  press?: ((spot: Spot) => void) | undefined;
  told: (shown: { spots: Spot[]; whole: boolean }) => void;
}

const LABELS = 60;
const TIMERS_MS = 500;

export class HouseMap {
  private readonly map: L.Map;
  private readonly dots = L.layerGroup();
  private readonly labels = L.layerGroup();
  private readonly markers = new Map<number, { marker: L.CircleMarker; spot: Spot }>();
  private areas: readonly Area[] = [];
  private maybe: readonly Area[] = [];
  private whole = true;
  private asked = 0;
  private gone = false;

  constructor(private readonly box: HTMLElement, private readonly hands: Hands, words: { nearer: string; farther: string }) {
    this.map = L.map(box, { preferCanvas: true, attributionControl: false, zoomControl: false, minZoom: 9, maxZoom: 19, zoomSnap: 0.5, zoomAnimation: false, fadeAnimation: false });
    this.map.addControl(L.control.zoom({ zoomInTitle: words.nearer, zoomOutTitle: words.farther }));
    this.dots.addTo(this.map);
    this.labels.addTo(this.map);
    this.map.setView([0, 0], 15);
    this.map.on("moveend", () => void (this.whole || this.read()));
    this.map.on("zoomend", () => this.draw());
  }

  /** Draws the town, or what lies around `points` ([longitude, latitude], degrees). */
  async begin(points: readonly [number, number][]): Promise<void> {
    if (this.gone) return;
    this.look(points);
    await this.read(points.length === 0);
    if (!this.gone && points.length === 0) this.look([...this.markers.values()].map(({ spot }) => [spot.lon, spot.lat]));
  }

  /** `maybe`: only suspected. */
  mark(areas: readonly Area[], maybe: readonly Area[] = []): void {
    [this.areas, this.maybe] = [areas, maybe];
    this.draw();
  }

  /** Anew with the theme's colours. */
  draw(): void {
    if (this.gone) return;
    const style = getComputedStyle(this.box);
    const colour = (name: string) => style.getPropertyValue(name).trim();
    const [line, ink, bad, warn] = [colour("--line-strong"), colour("--ink"), colour("--bad"), colour("--warn")];
    const size = Math.max(2.5, Math.min(9, (this.map.getZoom() - 12) * 1.6));
    for (const { marker, spot } of this.markers.values()) {
      const hit = affected(this.areas, spot);
      const doubt = !hit && affected(this.maybe, spot);
      const needs = hit && spot.special_needs !== "";
      marker.setRadius(hit || doubt ? size * 1.25 : size);
      // Told apart by their shape too: full, full in a dark ring, a wide ring, a thin one.
      marker.setStyle({
        color: needs ? ink : hit ? bad : doubt ? warn : line, weight: needs || doubt ? 2.5 : 1.5, fillColor: hit ? bad : doubt ? warn : line, fillOpacity: hit ? 0.9 : 0.15,
      });
      if (hit || doubt) marker.bringToFront();
    }
  }

  count(maybe = false): number {
    return [...this.markers.values()].filter(({ spot }) => affected(this.areas, spot) ? !maybe : maybe && affected(this.maybe, spot)).length;
  }

  /** Affected houses in which somebody needs help first. */
  needs(): number {
    return [...this.markers.values()].filter(({ spot }) => spot.special_needs !== "" && affected(this.areas, spot)).length;
  }

  /** Leaflet's own timers (a wheel's 40 ms, a resize's 200 ms) outlive its `remove` and then throw: they end first. */
  remove(): void {
    this.gone = true;
    this.asked++;
    setTimeout(() => this.map.remove(), TIMERS_MS);
  }

  private look(points: readonly [number, number][]): void {
    if (points.length === 0) return;
    const bounds = L.latLngBounds(points.map(([lon, lat]) => [lat, lon]));
    // room for the streets' names to the left and below
    this.map.fitBounds(bounds, { maxZoom: 17, animate: false, paddingTopLeft: [110, 24], paddingBottomRight: [24, 90] });
  }

  private async read(anywhere = false): Promise<void> {
    if (this.gone) return;
    const mine = ++this.asked;
    const answer = await this.hands.spots(anywhere ? "" : this.map.getBounds().pad(0.2).toBBoxString()).catch(() => null);
    if (mine !== this.asked || answer === null) return;
    // What was asked for one window is all of it there alone: another one is asked again.
    this.whole = answer.whole && anywhere;
    this.fill(answer.buildings);
    this.hands.told({ spots: answer.buildings, whole: answer.whole });
  }

  private fill(spots: readonly Spot[]): void {
    this.dots.clearLayers();
    this.markers.clear();
    for (const spot of spots) {
      const marker = L.circleMarker([spot.lat, spot.lon]);
      marker.bindTooltip(() => [`${spot.street}, ${spot.house}`, spot.special_needs].filter(Boolean).join(" · "), { direction: "top", offset: [0, -6] });
      if (this.hands.press) marker.on("click", () => this.hands.press?.(spot));
      this.markers.set(spot.id, { marker, spot });
      this.dots.addLayer(marker);
    }
    this.name(spots);
    this.draw();
  }

  /** Streets are not drawn: their names stand before their first houses, to the west or to the south, of the longest ones when there are many. */
  private name(spots: readonly Spot[]): void {
    this.labels.clearLayers();
    const streets = new Map<number, Spot[]>();
    for (const spot of spots) streets.set(spot.street_id, [...(streets.get(spot.street_id) ?? []), spot]);
    const longest = [...streets.values()].sort((a, b) => b.length - a.length).slice(0, LABELS);
    for (const houses of longest) {
      const span = (of: "lon" | "lat") => Math.max(...houses.map((one) => one[of])) - Math.min(...houses.map((one) => one[of]));
      const level = span("lon") > span("lat");
      const end = [...houses].sort((a, b) => (level ? a.lon - b.lon : a.lat - b.lat))[0];
      if (!end) continue;
      const text = document.createElement("span");
      text.textContent = end.street; // a name is text, never markup
      const icon = L.divIcon({ className: `street-name ${level ? "level" : "steep"}`, html: text, iconSize: [0, 0] });
      this.labels.addLayer(L.marker([end.lat, end.lon], { icon, interactive: false, keyboard: false }));
    }
  }
}
