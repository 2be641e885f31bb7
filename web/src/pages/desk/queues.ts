import type { Case, Role } from '../../api/resources';
import { isOpen, lateBy } from '../../cases/mark';

export type Queue = 'mine' | 'all' | 'to_verify' | 'intake' | 'filing' | 'dispatch' | 'asked' | 'check' | 'close' | 'overdue';

export const QUEUES: readonly Queue[] = [
  'mine',
  'to_verify',
  'intake',
  'filing',
  'dispatch',
  'asked',
  'check',
  'close',
  'overdue',
  'all',
];

const AT: Partial<Record<Queue, readonly Case['status'][]>> = {
  to_verify: ['to_verify'],
  intake: ['triage', 'to_accept'],
  filing: ['to_file', 'to_audit'],
  dispatch: ['to_dispatch'],
  check: ['to_check'],
  close: ['to_close'],
};

/** Whose queues are whose. */
const MINE: Partial<Record<Role, readonly Queue[]>> = {
  intake_officer: ['intake'],
  shift_head: ['filing', 'close', 'asked'],
  dispatcher: ['dispatch', 'asked'],
  specialist: ['to_verify', 'check'],
};

/** What somebody of these roles is waited for. Whoever has none of them looks at all. */
export function holds(queue: Queue, one: Case, roles: readonly Role[], now: number): boolean {
  if (!isOpen(one)) return false;
  if (queue === 'all') return true;
  if (queue === 'overdue') return lateBy(one, now) !== undefined;
  if (queue === 'asked') return (one.requests?.length ?? 0) > 0;
  if (queue === 'mine') return roles.some((role) => (MINE[role] ?? []).some((own) => holds(own, one, roles, now)));
  return AT[queue]?.includes(one.status) ?? false;
}

/** The most pressing first: what is late, then by the end of its limit, then the oldest. */
export function byPress(a: Case, b: Case): number {
  const [at, bt] = [a, b].map(({ due_at }) => (due_at ? Date.parse(due_at) : Infinity)) as [number, number];
  return at === bt ? (a.id < b.id ? -1 : 1) : at - bt;
}
