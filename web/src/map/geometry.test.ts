import { expect, test } from 'vitest';
import type { Area } from '../api/geojson';
import { bounds, labelPoint, sector, tilesWithin } from './geometry';

const square = (w: number, s: number, e: number, n: number): [number, number][] => [
  [w, s],
  [e, s],
  [e, n],
  [w, n],
  [w, s],
];

test('a name stands in the middle of a square and in the wide part of an L', () => {
  const [x, y] = labelPoint({ type: 'Polygon', coordinates: [square(0, 0, 2, 2)] }) ?? [];
  expect(x).toBeCloseTo(1, 1);
  expect(y).toBeCloseTo(1, 1);
  const l: Area = {
    type: 'Polygon',
    coordinates: [
      [
        [0, 0],
        [10, 0],
        [10, 1],
        [4, 1],
        [4, 4],
        [0, 4],
        [0, 0],
      ],
    ],
  };
  const [lx, ly] = labelPoint(l) ?? [];
  expect(lx).toBeLessThan(4);
  expect(ly).toBeGreaterThan(1);
});

test('a name never stands in a hole, and goes to the roomier part', () => {
  const ring: Area = { type: 'Polygon', coordinates: [square(0, 0, 10, 10), square(2, 2, 8, 8)] };
  const [x, y] = labelPoint(ring) ?? [5, 5];
  expect(x > 2 && x < 8 && y > 2 && y < 8).toBe(false);
  const two: Area = { type: 'MultiPolygon', coordinates: [[square(0, 0, 1, 1)], [square(20, 0, 24, 4)]] };
  expect(labelPoint(two)?.[0]).toBeGreaterThan(20);
});

test('a camera that looks north sees what lies north of it', () => {
  const view = sector([110, 40], 0, 60, 111.32);
  const box = bounds({ type: 'FeatureCollection', features: [{ type: 'Feature', geometry: view, properties: {} }] });
  const [w, s, e, n] = box ?? [];
  expect(s).toBe(40);
  expect(n).toBeCloseTo(40.001, 5);
  expect((w as number) + (e as number)).toBeCloseTo(220, 6);
});

test('nothing has no bounds', () => {
  expect(bounds({ type: 'FeatureCollection', features: [] })).toBeUndefined();
});

test('a place touches its own tile, and those beside it as far as it shines', () => {
  const here = { lon: 110.03, lat: 40.41 };
  expect(tilesWithin(here, 1, 14)).toEqual([{ x: 13199, y: 6178, z: 14 }]);
  expect(tilesWithin(here, 2_000, 14).length).toBeGreaterThan(3);
  expect(tilesWithin(here, 100_000_000, 1)).toHaveLength(4);
});
