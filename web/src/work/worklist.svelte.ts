import { api } from '../api/client';
import type { WorkList } from '../api/resources';
import { outbox } from '../outbox/outbox.svelte';
import { shelf } from '../outbox/shelf';
import { why, words } from '../words/words.svelte';
import { sorted } from './order';

/** So many cases are fetched before anybody opens them: a yard has no network. */
const AHEAD = 20;

/** What there is to do for whoever is there. */
class Work {
  list = $state.raw<WorkList>();
  failed = $state<string>();
  /** When the service said it. */
  heardAt = $state<number>();

  /** Cases whose next step waits to be sent. */
  queued = $derived(new Set(outbox.waiting.flatMap(({ deed }) => (deed.kind === 'report' ? [] : [deed.id]))));

  async load(): Promise<void> {
    try {
      this.list = await api.work(words.language);
      this.failed = undefined;
      this.heardAt = await shelf.heardAt('/api/me/tasks');
      await this.#fetchAhead(this.list);
    } catch (error) {
      this.failed = why(error);
    }
  }

  clear(): void {
    [this.list, this.failed, this.heardAt] = [undefined, undefined, undefined];
  }

  async #fetchAhead({ cases }: WorkList): Promise<void> {
    for (const { id, status } of sorted(cases, 'due', undefined).slice(0, AHEAD)) {
      const kept = (await shelf.get(`/api/cases/${id}`)) as { status?: string } | undefined;
      if (kept?.status === status) continue;
      // The list is there: what cannot be had now is asked for when somebody opens it.
      const isThere = await api.case(id, words.language).then(
        () => true,
        () => false,
      );
      if (!isThere) return;
    }
  }
}

export const work = new Work();
