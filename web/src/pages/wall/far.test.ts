import { expect, test } from 'vitest';
import { scaleOf, textScale } from './far';

test('text grows with the distance it is read from, and never beyond what fits', () => {
  expect(textScale(4.8, 5)).toBe(1);
  expect(textScale(2.4, 5)).toBeCloseTo(1.25);
  expect(textScale(1, 30)).toBe(2.2);
  expect(scaleOf('')).toBe(1);
  expect(scaleOf('?width_m=2.4&distance_m=5')).toBeCloseTo(1.25);
  expect(scaleOf('?width_m=wide')).toBe(1);
});
