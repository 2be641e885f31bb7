import { expect, test } from 'vitest';
import { distanceM, shortDistance } from './distance';

test('a distance is right to a metre within a street, and short to read', () => {
  const [from, to] = [{ lon: 110.0331, lat: 40.4109 }, { lon: 110.0331, lat: 40.4199 }];
  expect(distanceM(from, to)).toBeCloseTo(1_000.8, 0);
  expect(shortDistance(distanceM(from, to))).toBe('1.0 km');
  expect(distanceM(from, { ...from, lon: 110.0449 })).toBeCloseTo(999, 0);
  expect(shortDistance(84)).toBe('80 m');
});
