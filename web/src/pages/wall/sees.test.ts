import { expect, test } from 'vitest';
import type { Feature, Point } from '../../api/geojson';
import type { Camera } from '../../api/resources';
import { sees } from './sees';

const camera = (heading_deg: number, range_m = 150): Feature<Point | null, Camera> =>
  ({
    type: 'Feature',
    geometry: { type: 'Point', coordinates: [110, 40] },
    properties: { pose: { heading_deg, hfov_deg: 60 }, range_m },
  }) as unknown as Feature<Point | null, Camera>;

test('a camera sees what lies before it and within its range', () => {
  const north = { lon: 110, lat: 40.001 };
  expect(sees(camera(0), north)).toBe(true);
  expect(sees(camera(350), north)).toBe(true);
  expect(sees(camera(29), north)).toBe(true);
  expect(sees(camera(40), north)).toBe(false);
  expect(sees(camera(180), north)).toBe(false);
  expect(sees(camera(0, 100), north)).toBe(false);
  expect(sees(camera(90), { lon: 110.001, lat: 40 })).toBe(true);
});
