import { expect, test } from 'vitest';
import type { Turn } from '../api/resources';
import { sorted } from './order';

const turn = (id: string, due_at: string | null, lat?: number): Turn =>
  ({ id, due_at, position: lat === undefined ? null : { lon: 110, lat } }) as Turn;
const CASES = [turn('late', '2026-03-04T12:00:00Z', 40.1), turn('never', null, 40.001), turn('soon', '2026-03-04T09:00:00Z')];
const ids = (order: 'due' | 'near', here?: { lon: number; lat: number }) => sorted(CASES, order, here).map(({ id }) => id);

test('cases stand by what is left of their limits or by how far they are, and what is not known comes last', () => {
  expect(ids('due')).toEqual(['soon', 'late', 'never']);
  expect(ids('near', { lon: 110, lat: 40 })).toEqual(['never', 'late', 'soon']);
  expect(ids('near')).toEqual(['soon', 'late', 'never']);
});
