import type { ActionKind, Next } from '../api/resources';

/** What a step takes beside a note and photos. */
export type Field = 'kind' | 'lead' | 'with' | 'category' | 'place' | 'into' | 'wish' | 'owner' | 'stars';

const FIELDS: Partial<Record<ActionKind, readonly Field[]>> = {
  correct: ['category', 'place'],
  merge: ['into'],
  dispatch: ['lead', 'with'],
  whistle: ['kind', 'lead', 'with'],
  ask: ['wish'],
  rule: ['owner'],
  pass: ['stars'],
  rate: ['stars'],
};

export const fieldsOf = (action: ActionKind): readonly Field[] => FIELDS[action] ?? [];

/** Steps that turn something away: they stand apart, and never come first. */
const GRAVE = new Set<ActionKind>(['disprove', 'refuse', 'reject', 'send_back', 'deny', 'rework', 'recall', 'reopen']);

export const isGrave = (action: ActionKind): boolean => GRAVE.has(action);

/** What somebody may always do, and seldom does. */
const ASIDE = new Set<ActionKind>(['remark', 'correct', 'whistle', 'recall', 'merge', 'ask']);

/** The steps that a case waits for, then those that turn it away, then what may be done at any time. */
export const rank = (action: ActionKind): number => (ASIDE.has(action) ? 2 : GRAVE.has(action) ? 1 : 0);

/** One press does it: there is nothing to fill in. */
export const isPlain = ({ action, needs_reason, needs_photo }: Next): boolean =>
  !needs_reason && !needs_photo && fieldsOf(action).length === 0;
