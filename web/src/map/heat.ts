import type { Map as MapView, RasterTileSource } from 'maplibre-gl';
import { api } from '../api/client';
import type { HeatLegend } from '../api/resources';

/** Where things happened in the last day. */
const QUERY = 'last=24h';
/** New events show after this long at most; the window of a day moves on by itself. */
const SOON_MS = 5_000;
const REFRESH_MS = 60_000;

/** Heat on the map: its tiles, kept fresh, and what their colours mean at the zoom that is shown. */
export class Heat {
  readonly #timer = setInterval(() => this.#refresh(), REFRESH_MS);
  #soon: ReturnType<typeof setTimeout> | undefined;
  #isAtRest = false;

  constructor(
    readonly map: MapView,
    before: string,
    readonly told: (legend: HeatLegend) => void,
  ) {
    // Deeper than this, tiles are stretched: the field is smooth.
    map.addSource('heat', { type: 'raster', tiles: tiles(), tileSize: 256, maxzoom: 17 });
    map.addLayer(
      { id: 'heat', source: 'heat', type: 'raster', paint: { 'raster-opacity': 0.75, 'raster-fade-duration': 0 } },
      map.getLayer(before) ? before : undefined,
    );
    map.on('zoomend', this.#legend);
    map.once('remove', () => this.#rest());
    void this.#legend();
  }

  /** Something happened; however much it is, the tiles are asked for anew once in a while. */
  stir(): void {
    this.#soon ??= setTimeout(() => this.#refresh(), SOON_MS);
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

  #refresh(): void {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    if (document.hidden) return;
    this.map.getSource<RasterTileSource>('heat')?.setTiles(tiles());
    void this.#legend();
  }

  readonly #legend = async (): Promise<void> => {
    // The level of the tiles that are drawn.
    const zoom = Math.min(17, Math.max(0, Math.round(this.map.getZoom())));
    try {
      this.told(await api.heatLegend(`${QUERY}&z=${zoom}`));
    } catch {
      // The tiles stand as they are, and so does what was said of them.
    }
  };
}

const tiles = (): string[] => [`${location.origin}/heat/{z}/{x}/{y}.png?${QUERY}`];
