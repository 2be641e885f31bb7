import type { Map as MapView, RasterTileSource } from 'maplibre-gl';
import { api } from '../api/client';
import type { HeatLegend, Position } from '../api/resources';
import type { Happening } from '../live/live.svelte';
import { tilesWithin } from './geometry';

/** Where things happened in the last day. */
const QUERY = 'last=24h';
/** New events show after this long at most; the window of a day moves on by itself. */
const SOON_MS = 5_000;
const REFRESH_MS = 60_000;
/** Deeper than this, tiles are stretched: the field is smooth. */
const DEEPEST = 17;
/** Places that are looked at one by one; after more, everything is asked for anew. */
const PLACES = 50;

/** Heat on the map: its tiles, kept fresh, and what their colours mean at the zoom that is shown. */
export class Heat {
  readonly #timer = setInterval(() => this.#refresh(), REFRESH_MS);
  #soon: ReturnType<typeof setTimeout> | undefined;
  /** Where cases were opened since the tiles were drawn. */
  #touched: Position[] = [];
  #heard: string | undefined;
  #legendNow: HeatLegend | undefined;
  #isAtRest = false;

  constructor(
    readonly map: MapView,
    before: string,
    readonly told: (legend: HeatLegend) => void,
  ) {
    map.addSource('heat', { type: 'raster', tiles: tiles(), tileSize: 256, maxzoom: DEEPEST });
    map.addLayer(
      { id: 'heat', source: 'heat', type: 'raster', paint: { 'raster-opacity': 0.75, 'raster-fade-duration': 0 } },
      map.getLayer(before) ? before : undefined,
    );
    map.on('zoomend', this.#legend);
    map.once('remove', () => this.#rest());
    void this.#legend();
  }

  /** Something happened, newest first; however much it is, the tiles that it shines into are asked for anew once in a while. */
  stir(feed: readonly Happening[]): void {
    const known = feed.findIndex(({ key }) => key === this.#heard);
    for (const { change, case: one } of known < 0 ? feed : feed.slice(0, known)) {
      if (change === 'case_opened' && one.position) this.#touched.push(one.position);
    }
    this.#heard = feed[0]?.key;
    if (this.#touched.length > 0) this.#soon ??= setTimeout(() => void this.#touch(), SOON_MS);
  }

  /** Takes it off the map, if there still is one. */
  remove(): void {
    if (this.#isAtRest) return;
    this.#rest();
    this.map.removeLayer('heat');
    this.map.removeSource('heat');
  }

  #rest(): void {
    this.#isAtRest = true;
    clearInterval(this.#timer);
    clearTimeout(this.#soon);
    this.map.off('zoomend', this.#legend);
  }

  async #touch(): Promise<void> {
    const touched = this.#touched.splice(0);
    this.#soon = undefined;
    const before = this.#legendNow?.domain[1];
    await this.#legend();
    if (this.#isAtRest) return;
    const legend = this.#legendNow;
    // Other colours are other colours everywhere.
    if (!legend || legend.domain[1] !== before || touched.length > PLACES) return this.#refresh();
    const dirty = touched.flatMap((place) => tilesWithin(place, 1.5 * legend.radius_m, this.#zoom()));
    this.map.refreshTiles('heat', dirty);
  }

  /** The level of the tiles that are drawn: a step deeper than the map's, whose tiles are twice as wide. */
  #zoom(): number {
    return Math.min(DEEPEST, Math.max(0, Math.round(this.map.getZoom() + 1)));
  }

  #refresh(): void {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    this.#touched = [];
    if (document.hidden) return;
    this.map.getSource<RasterTileSource>('heat')?.setTiles(tiles());
    void this.#legend();
  }

  readonly #legend = async (): Promise<void> => {
    try {
      this.#legendNow = await api.heatLegend(`${QUERY}&z=${this.#zoom()}`);
      this.told(this.#legendNow);
    } catch {
      // The tiles stand as they are, and so does what was said of them.
    }
  };
}

const tiles = (): string[] => [`${location.origin}/heat/{z}/{x}/{y}.png?${QUERY}`];
