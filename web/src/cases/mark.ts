import type { Case } from '../api/resources';

/** How a case looks on the map and in lists. Never by colour alone: each has a shape of its own. */
export type Mark = 'triage' | 'new' | 'progress' | 'overdue' | 'done';

export const MARKS: readonly Mark[] = ['new', 'progress', 'overdue', 'triage'];

const OVER = new Set<Case['status']>(['closed', 'untrue', 'refused', 'merged', 'void']);
const NOBODY_AT_IT = new Set<Case['status']>(['to_verify', 'to_audit', 'to_accept', 'to_file', 'to_dispatch']);

export const isOpen = (one: Case): boolean => !OVER.has(one.status);

/** Milliseconds since its limit ended; `undefined` where it runs, or where there is none. */
export function lateBy(one: Case, now: number): number | undefined {
  if (!one.due_at || !isOpen(one)) return undefined;
  const late = now - Date.parse(one.due_at);
  return late > 0 ? late : undefined;
}

export function markOf(one: Case, now: number): Mark {
  if (!isOpen(one)) return 'done';
  if (lateBy(one, now) !== undefined) return 'overdue';
  if (one.status === 'triage') return 'triage';
  return NOBODY_AT_IT.has(one.status) ? 'new' : 'progress';
}

export const COLOR: Record<Mark, string> = {
  new: '#49d6f5',
  triage: '#f5b942',
  progress: '#3f8cff',
  overdue: '#ff5a52',
  done: '#7d8fa3',
};

/** As short as a mark on the map needs it: 42′, 5h, 3d. */
export function shortly(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes}′`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)}h` : `${Math.floor(minutes / 1440)}d`;
}
