import { api } from '../api/client';
import type { Case } from '../api/resources';

const DAY_MS = 86_400_000;
/** As long as the live state holds what is over: nothing falls between the two. */
const EVERY_MS = 60_000;
/** Of a thousand cases: a day beyond that is no street's. */
const MOST_PAGES = 5;

/** What was opened within a day, also what has ended since: the live state has what is open, and what it just heard. */
export class LastDay {
  #read = $state.raw<readonly Case[]>([]);

  constructor(
    isKnown: () => boolean,
    private readonly heard: () => ReadonlyMap<string, Case>,
  ) {
    $effect(() => {
      if (!isKnown()) return;
      const once = (): void => void this.#again().catch(() => undefined);
      once();
      const timer = setInterval(once, EVERY_MS);
      return () => clearInterval(timer);
    });
  }

  readonly cases = $derived.by(() => [...new Map([...this.#read.map((one) => [one.id, one] as const), ...this.heard()]).values()]);

  async #again(): Promise<void> {
    const query = `from=${new Date(Date.now() - DAY_MS).toISOString()}&limit=1000`;
    const read: Case[] = [];
    let cursor: string | null | undefined;
    for (let page = 0; page < MOST_PAGES; page++) {
      const told = await api.cases(cursor ? `${query}&cursor=${cursor}` : query);
      read.push(...told.cases);
      cursor = told.cursor;
      if (!cursor) break;
    }
    this.#read = read;
  }
}
