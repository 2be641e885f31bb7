import type { Position, Turn } from '../api/resources';
import { distanceM } from '../place/distance';

export type Order = 'due' | 'near';

const dueFirst = (a: Turn, b: Turn): number => (a.due_at ?? '9').localeCompare(b.due_at ?? '9');

/** Cases by what is left of their limits, or by how far they are; what has no place comes last. */
export function sorted(cases: readonly Turn[], order: Order, here: Pick<Position, 'lon' | 'lat'> | undefined): Turn[] {
  const far = ({ position }: Turn): number => (here && position ? distanceM(here, position) : Infinity);
  const all = [...cases].sort(dueFirst);
  return order === 'near' ? all.sort((a, b) => (far(a) === far(b) ? 0 : far(a) - far(b))) : all;
}
