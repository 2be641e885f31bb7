import { api } from '../../api/client';
import type { Case, Tally } from '../../api/resources';
import { catalog } from '../../api/catalog.svelte';
import { lateBy } from '../../cases/mark';

/** Figures are counted anew so often. */
const EVERY_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Of a thousand cases: a day beyond that is no street's. */
const MOST_PAGES = 5;

/** What today's cases came to, as the service counts it. */
export class Today {
  figures = $state.raw<Tally['rows'][number]['figures'] | undefined>();

  /** Until the page lets it go. Nobody is told before it is known who asks: then there is no day. */
  constructor(today: () => string | undefined) {
    $effect(() => {
      const day = today();
      if (day === undefined) return;
      const count = async (): Promise<void> => {
        const told = await api.tally(`by=day&period=${day}`).catch(() => undefined);
        // What was counted last stands until the next time.
        if (told) this.figures = told.rows[0]?.figures;
      };
      void count();
      const timer = setInterval(() => void count(), EVERY_MS);
      return () => clearInterval(timer);
    });
  }

  /** In percent; `undefined` where nothing was due. */
  rate(measure: string): number | undefined {
    const rate = this.figures?.[measure]?.rate;
    return typeof rate === 'number' ? Math.round(rate * 100) : undefined;
  }
}

/** Of the last day, also those that had ended before the page was opened: the live state has what is open, and what it hears. */
export class LastDay {
  #before = $state.raw<readonly Case[]>([]);

  constructor(
    isKnown: () => boolean,
    private readonly heard: () => ReadonlyMap<string, Case>,
  ) {
    $effect(() => {
      if (isKnown()) void this.#read().catch(() => undefined);
    });
  }

  readonly cases = $derived.by(() => [...new Map([...this.#before.map((one) => [one.id, one] as const), ...this.heard()]).values()]);

  async #read(): Promise<void> {
    const query = `from=${new Date(Date.now() - 24 * HOUR_MS).toISOString()}&limit=1000`;
    let cursor: string | null | undefined;
    for (let page = 0; page < MOST_PAGES; page++) {
      const told = await api.cases(cursor ? `${query}&cursor=${cursor}` : query);
      this.#before = [...this.#before, ...told.cases];
      cursor = told.cursor;
      if (!cursor) return;
    }
  }
}

export interface Rank {
  code: string;
  name: string;
  cases: readonly Case[];
  late: number;
}

/** Most first; what is late beside it. */
function ranked(groups: Map<string, Case[]>, name: (code: string) => string, now: number): Rank[] {
  const rank = ([code, cases]: [string, Case[]]): Rank => ({
    code,
    name: name(code),
    cases,
    late: cases.filter((one) => lateBy(one, now) !== undefined).length,
  });
  return [...groups].map(rank).sort((a, b) => b.cases.length - a.cases.length || (a.code < b.code ? -1 : 1));
}

export function byCategory(cases: readonly Case[], now: number): Rank[] {
  const groups = new Map<string, Case[]>();
  for (const one of cases) groups.set(one.category ?? '', [...(groups.get(one.category ?? '') ?? []), one]);
  return ranked(groups, (code) => catalog.categoryName(code), now);
}

/** By the level above the leaves: communities, in a street. All of them, also those without a case. */
export function byCommunity(cases: readonly Case[], now: number): Rank[] {
  const groups = new Map<string, Case[]>();
  for (const { properties } of catalog.leaves) if (properties.parent) groups.set(properties.parent, []);
  for (const one of cases) {
    const above = one.placed.path[1]?.code;
    if (above !== undefined) groups.get(above)?.push(one);
  }
  return ranked(groups, (code) => catalog.gridName(code), now);
}

/** How many were opened in each of the last 24 hours, the oldest first. */
export function byHour(cases: readonly Case[], now: number): { begins: number; count: number }[] {
  const last = Math.floor(now / HOUR_MS) * HOUR_MS;
  const hours = Array.from({ length: 24 }, (_, i) => ({ begins: last - (23 - i) * HOUR_MS, count: 0 }));
  for (const { opened_at } of cases) {
    const hour = hours[23 - Math.floor((last + HOUR_MS - 1 - Date.parse(opened_at)) / HOUR_MS)];
    if (hour) hour.count += 1;
  }
  return hours;
}
