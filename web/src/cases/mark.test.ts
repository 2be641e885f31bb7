import { expect, test } from 'vitest';
import type { Case } from '../api/resources';
import { lateBy, markOf, shortly } from './mark';

const NOW = Date.parse('2026-03-04T09:00:00Z');
const one = (status: string, due_at: string | null = null): Case => ({ status, due_at }) as Case;

test('a case looks as it stands, and lateness comes before all but the end', () => {
  expect(markOf(one('to_verify'), NOW)).toBe('new');
  expect(markOf(one('triage'), NOW)).toBe('triage');
  expect(markOf(one('handling'), NOW)).toBe('progress');
  expect(markOf(one('to_verify', '2026-03-04T08:59:00Z'), NOW)).toBe('overdue');
  expect(markOf(one('closed', '2026-03-04T08:59:00Z'), NOW)).toBe('done');
  expect(lateBy(one('to_verify', '2026-03-04T09:00:00Z'), NOW)).toBeUndefined();
});

test('lateness is short enough for a map', () => {
  expect(shortly(42 * 60_000)).toBe('42′');
  expect(shortly(5 * 3_600_000)).toBe('5h');
  expect(shortly(72 * 3_600_000)).toBe('3d');
});
