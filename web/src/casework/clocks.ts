import type { Case, Clock, Light } from '../api/resources';

/** The clock that runs for a department; of the case as a whole without one. */
export const runningOf = (one: Case, department: string | undefined): Clock | undefined =>
  one.clocks?.findLast((clock) => clock.running_since && (clock.department ?? undefined) === department);

/** The last fifth of a limit is yellow, as the service judges what has ended. */
const YELLOW = 0.2;

/**
 * Of a clock that runs: in time, near its end, out of it. What has ended keeps the light it ended with. Where the office closes
 * before a limit ends, the page, which has no calendar, tells yellow later than the service would.
 */
export function lightOf(one: Case, department: string | undefined, now: number): Light | undefined {
  const running = runningOf(one, department);
  const ofThem = (clock: Clock): boolean => (clock.department ?? undefined) === department;
  if (!running) return one.clocks?.findLast((clock) => ofThem(clock) && clock.light)?.light ?? undefined;
  if (!running.due_at) return undefined;
  const left = Date.parse(running.due_at) - now;
  if (left < 0) return 'red';
  return left < YELLOW * (running.allowed_ms ?? 0) ? 'yellow' : 'green';
}
