import type { Case, Clock, Light } from '../api/resources';

/** The clock that runs for a department; of the case as a whole without one. */
export const runningOf = (one: Case, department: string | undefined): Clock | undefined =>
  one.clocks?.findLast((clock) => clock.running_since && (clock.department ?? undefined) === department);

/** The last quarter of a limit is yellow. */
const YELLOW_FROM = 0.75;

/** Of a clock that runs: in time, near its end, out of it. What has ended keeps the light it ended with. */
export function lightOf(one: Case, department: string | undefined, now: number): Light | undefined {
  const running = runningOf(one, department);
  const ofThem = (clock: Clock): boolean => (clock.department ?? undefined) === department;
  if (!running) return one.clocks?.findLast((clock) => ofThem(clock) && clock.light)?.light ?? undefined;
  if (!running.due_at) return undefined;
  const [due, begun] = [Date.parse(running.due_at), Date.parse(running.began_at)];
  if (now > due) return 'red';
  return now > begun + (due - begun) * YELLOW_FROM ? 'yellow' : 'green';
}
