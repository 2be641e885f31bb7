import { api } from '../../api/client';
import { newKey } from '../../api/key';
import type { ActionKind, Case, StepBody } from '../../api/resources';
import { why, words } from '../../words/words.svelte';

/** What may be done with many at once, by where they stand. */
const BULK: Partial<Record<Case['status'], ActionKind>> = {
  to_verify: 'verify',
  to_audit: 'approve',
  to_accept: 'accept',
  to_file: 'file',
  to_dispatch: 'dispatch',
  to_close: 'close',
};
const UNTIL_DISPATCH = new Set<Case['status']>(['triage', 'to_verify', 'to_accept', 'to_file', 'to_dispatch']);
/** At once: the service takes them one after the other anyway. */
const HANDS = 4;

export interface Failure {
  one: Case;
  why: string;
}

/** Many cases, one step: verified, filed, dispatched, merged by the dozen. */
export class Storm {
  marked = $state.raw<ReadonlySet<string>>(new Set());
  isRunning = $state(false);
  done = $state(0);
  of = $state(0);
  failures = $state.raw<readonly Failure[]>([]);
  #isStopped = false;

  mark(ids: readonly string[]): void {
    this.marked = new Set(ids);
  }

  turn(id: string): void {
    const marked = new Set(this.marked);
    if (!marked.delete(id)) marked.add(id);
    this.marked = marked;
  }

  /** The steps that some of them wait for, with those that do. */
  static offers(cases: readonly Case[]): { action: ActionKind; cases: Case[] }[] {
    const offers = new Map<ActionKind, Case[]>();
    for (const one of cases) {
      const action = BULK[one.status];
      // Without a department it is for somebody to look at.
      if (action && (action !== 'dispatch' || one.placed.department)) offers.set(action, [...(offers.get(action) ?? []), one]);
    }
    const mergeable = cases.filter(({ status }) => UNTIL_DISPATCH.has(status));
    const alike = new Set(mergeable.map(({ category }) => category));
    if (mergeable.length > 1 && alike.size === 1) offers.set('merge', mergeable);
    return [...offers].map(([action, cases]) => ({ action, cases }));
  }

  stop(): void {
    this.#isStopped = true;
  }

  async run(action: ActionKind, cases: readonly Case[]): Promise<void> {
    // The oldest takes in the others.
    const [first, ...others] = [...cases].sort((a, b) => (a.id < b.id ? -1 : 1));
    const work = action === 'merge' ? others : [...cases];
    [this.isRunning, this.done, this.of, this.failures, this.#isStopped] = [true, 0, work.length, [], false];
    const body = (one: Case): StepBody => ({
      action,
      version: one.version,
      ...(action === 'dispatch' ? { lead: one.placed.department } : {}),
      ...(action === 'merge' ? { into: first?.id } : {}),
    });
    const hand = async (): Promise<void> => {
      for (let one = work.shift(); one && !this.#isStopped; one = work.shift()) {
        try {
          await api.step(one.id, body(one), [], newKey(), words.language);
          this.done += 1;
          if (this.marked.has(one.id)) this.turn(one.id);
        } catch (error) {
          this.failures = [...this.failures, { one, why: why(error) }];
        }
      }
    };
    await Promise.all(Array.from({ length: HANDS }, hand));
    this.isRunning = false;
  }
}
