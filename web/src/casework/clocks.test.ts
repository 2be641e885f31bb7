import { expect, test } from 'vitest';
import type { Case } from '../api/resources';
import { lightOf } from './clocks';

const HOUR = 3_600_000;
const at = (hour: number): string => new Date(hour * HOUR).toISOString();
const one = (clocks: object[]): Case => ({ clocks }) as unknown as Case;
const running = { stage: 'handle', department: 'HWJ', began_at: at(0), running_since: at(0), due_at: at(10), allowed_ms: 10 * HOUR };

test('a light is yellow in the last fifth of a limit, red behind it, and stays as it ended', () => {
  const light = (hour: number) => lightOf(one([running]), 'HWJ', hour * HOUR);
  expect([light(0), light(8), light(8.1), light(10), light(10.1)]).toEqual(['green', 'green', 'yellow', 'yellow', 'red']);
  expect(lightOf(one([running]), 'CGJ', 0)).toBeUndefined();
  expect(lightOf(one([{ ...running, running_since: null, light: 'yellow' }]), 'HWJ', 99 * HOUR)).toBe('yellow');
});
