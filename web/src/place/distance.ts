import type { Position } from '../api/resources';

type At = Pick<Position, 'lon' | 'lat'>;

/** In metres, as the crow flies; within a city the earth is flat. */
export function distanceM(from: At, to: At): number {
  const rad = Math.PI / 180;
  const east = (to.lon - from.lon) * Math.cos(((from.lat + to.lat) / 2) * rad);
  return Math.hypot(east, to.lat - from.lat) * rad * 6_371_000;
}

/** 80 m, 240 m, 1.3 km. */
export const shortDistance = (meters: number): string =>
  meters < 1_000 ? `${Math.round(meters / 10) * 10} m` : `${(meters / 1_000).toFixed(1)} km`;
