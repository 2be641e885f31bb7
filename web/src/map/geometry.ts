import type { Area, Collection, Ring } from '../api/geojson';

type At = [number, number];

const METERS_PER_DEGREE = 111_320;
const across = (lat: number): number => Math.cos((lat * Math.PI) / 180);

/** West, south, east, north of everything. */
export function bounds(collection: Collection<Area, unknown>): [number, number, number, number] | undefined {
  const all = collection.features.flatMap(({ geometry }) => polygons(geometry).flatMap((polygon) => polygon[0] ?? []));
  if (all.length === 0) return undefined;
  let [w, s, e, n] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [lon, lat] of all) {
    [w, s, e, n] = [Math.min(w, lon), Math.min(s, lat), Math.max(e, lon), Math.max(n, lat)];
  }
  return [w, s, e, n];
}

const polygons = (area: Area): Ring[][] => (area.type === 'Polygon' ? [area.coordinates] : area.coordinates);

/**
 * Where the name of an area is best written: the point inside that is farthest from every border, to some metres. One
 * name for each area, where the map would write one for each piece that a tile cuts off.
 */
export function labelPoint(area: Area): At | undefined {
  let best: { at: At; room: number } | undefined;
  for (const rings of polygons(area)) {
    const outline = rings[0];
    if (!outline) continue;
    const lons = outline.map(([lon]) => lon);
    const lats = outline.map(([, lat]) => lat);
    let [w, e] = [Math.min(...lons), Math.max(...lons)];
    let [s, n] = [Math.min(...lats), Math.max(...lats)];
    for (let round = 0; round < 4; round++) {
      let found: { at: At; room: number } | undefined;
      for (let i = 1; i < 16; i++) {
        for (let j = 1; j < 16; j++) {
          const at: At = [w + ((e - w) * i) / 16, s + ((n - s) * j) / 16];
          const room = isInside(rings, at) ? distance(rings, at) : -1;
          if (!found || room > found.room) found = { at, room };
        }
      }
      if (!found) break;
      if (!best || found.room > best.room) best = found;
      const [lon, lat] = found.at;
      const [dx, dy] = [(e - w) / 8, (n - s) / 8];
      [w, e, s, n] = [lon - dx, lon + dx, lat - dy, lat + dy];
    }
  }
  return best?.at;
}

function isInside(rings: Ring[], [x, y]: At): boolean {
  let inside = false;
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [ax, ay] = ring[i] as At;
      const [bx, by] = ring[j] as At;
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
    }
  }
  return inside;
}

/** To the nearest edge, in degrees of latitude. */
function distance(rings: Ring[], [x, y]: At): number {
  const narrow = across(y);
  let least = Infinity;
  for (const ring of rings) {
    for (let i = 1; i < ring.length; i++) {
      const [ax, ay] = ring[i - 1] as At;
      const [bx, by] = ring[i] as At;
      const [dx, dy] = [(bx - ax) * narrow, by - ay];
      const [px, py] = [(x - ax) * narrow, y - ay];
      const along = dx === 0 && dy === 0 ? 0 : Math.max(0, Math.min(1, (px * dx + py * dy) / (dx * dx + dy * dy)));
      least = Math.min(least, Math.hypot(px - along * dx, py - along * dy));
    }
  }
  return least;
}

/** What a camera looks at, seen from above. */
export function sector([lon, lat]: At, headingDeg: number, hfovDeg: number, rangeM: number): Area {
  const steps = Math.max(4, Math.ceil(hfovDeg / 4));
  const ring: Ring = [[lon, lat]];
  for (let i = 0; i <= steps; i++) {
    const angle = ((headingDeg - hfovDeg / 2 + (hfovDeg * i) / steps) * Math.PI) / 180;
    const north = (rangeM * Math.cos(angle)) / METERS_PER_DEGREE;
    const east = (rangeM * Math.sin(angle)) / METERS_PER_DEGREE / across(lat);
    ring.push([lon + east, lat + north]);
  }
  ring.push([lon, lat]);
  return { type: 'Polygon', coordinates: [ring] };
}

/** The map tiles of a zoom that lie within so many metres of a place, as a square. */
export function tilesWithin(
  { lon, lat }: { lon: number; lat: number },
  radiusM: number,
  zoom: number,
): { x: number; y: number; z: number }[] {
  const edge = 2 ** zoom;
  const sin = Math.sin((lat * Math.PI) / 180);
  const x = ((lon + 180) / 360) * edge;
  const y = (0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)) * edge;
  const reach = ((radiusM / METERS_PER_DEGREE / across(lat)) * edge) / 360;
  const range = (at: number): number[] => {
    const first = Math.max(0, Math.floor(at - reach));
    const last = Math.min(edge - 1, Math.floor(at + reach));
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  };
  return range(x).flatMap((column) => range(y).map((row) => ({ x: column, y: row, z: zoom })));
}
