import type { Map as MapView, RasterTileSource } from 'maplibre-gl';
import { api } from '../api/client';
import type { HeatLegend } from '../api/types';

/** Where things happened in the last day. */
const QUERY = 'last=24h';
const REFRESH_MS = 60_000;

export interface Heat {
  legend: HeatLegend;
}

/** Heat with its legend, or nothing where the service has none. */
export async function loadHeat(): Promise<Heat | undefined> {
  try {
    return { legend: await api.heatLegend(QUERY) };
  } catch {
    return undefined;
  }
}

const tiles = (): string[] => [`${location.origin}/heat/{z}/{x}/{y}.png?${QUERY}`];

export function addHeat(map: MapView, _: Heat, before: string): void {
  map.addSource('heat', { type: 'raster', tiles: tiles(), tileSize: 256, maxzoom: 17 });
  map.addLayer(
    { id: 'heat', source: 'heat', type: 'raster', paint: { 'raster-opacity': 0.75, 'raster-fade-duration': 0 } },
    map.getLayer(before) ? before : undefined,
  );
  const timer = setInterval(() => {
    if (!document.hidden) map.getSource<RasterTileSource>('heat')?.setTiles(tiles());
  }, REFRESH_MS);
  map.once('remove', () => clearInterval(timer));
}
