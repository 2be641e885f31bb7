import { api } from '../../api/client';
import type { Case, Counted, Tally, Worker } from '../../api/resources';
import { catalog } from '../../api/catalog.svelte';
import { lateBy } from '../../cases/mark';

/** Figures are counted anew so often. */
const EVERY_MS = 60_000;
const HOUR_MS = 3_600_000;

/** What today's cases came to, as the service counts it. */
export class Today {
  figures = $state.raw<Tally['rows'][number]['figures'] | undefined>();

  /** Until the page lets it go. Nobody is told before it is known who asks: then there is no day. */
  constructor(today: () => string | undefined) {
    $effect(() => {
      const day = today();
      if (day === undefined) return;
      return again(async () => (this.figures = (await api.tally(`by=day&period=${day}`)).rows[0]?.figures));
    });
  }

  /** In percent; `undefined` where nothing was due. */
  rate(measure: string): number | undefined {
    const rate = this.figures?.[measure]?.rate;
    return typeof rate === 'number' ? Math.round(rate * 100) : undefined;
  }
}

/** How long departments took for what they handled today, as the service knows it: also what was told long ago. */
export class Handled {
  cases = $state.raw<readonly Counted[]>([]);

  constructor(today: () => string | undefined) {
    $effect(() => {
      const day = today();
      return day === undefined ? undefined : again(async () => (this.cases = await behind('reworked', day)));
    });
  }

  readonly meanMs = $derived.by(() => {
    const took = this.cases.flatMap(({ took_ms }) => took_ms ?? []);
    return took.length > 0 ? took.reduce((sum, ms) => sum + ms, 0) / took.length : undefined;
  });
}

/** Who is out in the grids. */
export class OnDuty {
  staff = $state.raw<readonly Worker[]>([]);

  constructor(isKnown: () => boolean) {
    $effect(() => (isKnown() ? again(async () => (this.staff = (await api.onDuty()).staff)) : undefined));
  }
}

/** The cases behind one of today's numbers. */
export const behind = async (measure: string, day: string): Promise<readonly Counted[]> =>
  (await api.behind(`measure=${measure}&period=${day}&limit=1000`)).cases;

/** At once, and from then on until it is let go. What was told last stands until the next time. */
function again(ask: () => Promise<unknown>): () => void {
  const once = (): void => void ask().catch(() => undefined);
  once();
  const timer = setInterval(once, EVERY_MS);
  return () => clearInterval(timer);
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
