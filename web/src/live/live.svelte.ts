import type { Case, Finding, Link, LiveMessage } from '../api/resources';
import { isOpen, lateBy } from '../cases/mark';
import { Connection, type LinkState } from './connection';

/** One line of the feed. */
export interface Happening {
  key: string;
  at: string;
  change: string;
  case: Case;
}

const FEED = 200;
const FINDINGS = 500;
/** As many as a snapshot may hold, and what is opened while the page stands. */
const CASES = 2_000;
/** Updates are gathered for this long: ten repaints a second are enough for any eye. */
const GATHER_MS = 100;
const GATHERED = 1_000;
/** How long a case that is over stays on the map. */
const FAREWELL_MS = 60_000;
/** Older than this, what is shown may no longer be so. */
const STALE_MS = 40_000;

/** What the page knows of the running service. */
class Live {
  link = $state<LinkState>('off');
  /** By this machine's clock: when the service was last heard. */
  heardAt = $state(0);
  cases = $state.raw<ReadonlyMap<string, Case>>(new Map());
  feed = $state.raw<readonly Happening[]>([]);
  /** The queue, newest first. */
  findings = $state.raw<readonly Finding[]>([]);
  /** What left the queue while the page stands, newest last: a panel that shows one says what became of it. */
  decided = $state.raw<ReadonlyMap<string, Finding>>(new Map());
  /** How things stand with the cameras that somebody looks through. */
  links = $state.raw<ReadonlyMap<string, Link>>(new Map());
  /** When cases were born, by `performance.now()`, for those that are new while somebody looks. */
  readonly born = new Map<string, number>();
  /** Open cases that the page does not hold, and how many of them were overdue when it last heard. */
  beyond = $state.raw({ open: 0, overdue: 0 });
  /** What the service's clock is ahead of this machine's. */
  aheadMs = $state(0);

  open = $derived([...this.cases.values()].filter(isOpen).sort(newestFirst));

  /** Open cases by the code of every feature that holds them. */
  openIn = $derived.by(() => {
    const count = new Map<string, number>();
    for (const one of this.open) {
      for (const { code } of one.placed.path) count.set(code, (count.get(code) ?? 0) + 1);
    }
    return count;
  });

  #connection: Connection | undefined;
  #gathered: LiveMessage[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  start(mayGoOn: () => Promise<boolean>): void {
    this.#connection = new Connection({
      heard: (message) => this.#gather(message),
      changed: (state) => (this.link = state),
      mayGoOn,
    });
    this.#connection.start();
  }

  stop(): void {
    this.#connection?.stop();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#gathered = [];
    this.cases = new Map();
    this.feed = [];
    this.findings = [];
    this.decided = new Map();
    this.links = new Map();
    this.beyond = { open: 0, overdue: 0 };
    this.born.clear();
  }

  isStale(now: number): boolean {
    return this.link !== 'live' || now - this.heardAt > STALE_MS;
  }

  /** As it stands; one that is over, as the feed last told of it. */
  find(id: string): Case | undefined {
    return this.cases.get(id) ?? this.feed.find((happening) => happening.case.id === id)?.case;
  }

  #gather(message: LiveMessage): void {
    this.#gathered.push(message);
    // A page that nobody looks at is called seldom: what came in the meantime is bounded too.
    if (this.#gathered.length >= GATHERED) return this.#take();
    this.#timer ??= setTimeout(() => this.#take(), GATHER_MS);
  }

  #take(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const messages = this.#gathered.splice(0);
    let cases = new Map(this.cases);
    let feed = [...this.feed];
    let findings = [...this.findings];
    let links = new Map(this.links);
    const decided = new Map(this.decided);
    let { open, overdue } = this.beyond;
    for (const message of messages) {
      if (message.type === 'snapshot') {
        const at = Date.parse(message.at);
        open = Math.max(0, message.open - message.cases.length);
        overdue = Math.max(0, message.overdue - message.cases.filter((one) => lateBy(one, at) !== undefined).length);
        cases = new Map(message.cases.map((one) => [one.id, one]));
        feed = message.cases.slice(0, FEED).map(asHappening);
        findings = message.findings;
        links = new Map(Object.entries(message.cameras));
      } else if (message.type === 'cameras') {
        links = new Map(Object.entries(message.cameras));
      } else if (message.type === 'camera') {
        links.set(message.camera, message.link);
      } else if (message.type === 'update' && 'finding' in message) {
        const { finding: one } = message;
        findings = findings.filter(({ id }) => id !== one.id);
        if (one.status === 'queued') findings.unshift(one);
        else decided.set(one.id, one);
      } else if (message.type === 'update' && message.change === 'evidence_added') {
        if (cases.has(message.case.id)) cases.set(message.case.id, message.case);
      } else if (message.type === 'update') {
        const { case: one, at, change, seq } = message;
        const isNew = change === 'case_opened';
        if (!cases.has(one.id) && isNew) this.born.set(one.id, performance.now());
        if (!cases.has(one.id) && !isNew) open = Math.max(0, open - 1);
        cases.set(one.id, one);
        feed.unshift({ key: `${seq}`, at, change, case: one });
      } else if (message.type === 'gone') {
        // Out of sight is not ended: among those that are open and not held it may still be.
        if (cases.delete(message.case)) open += 1;
        feed = feed.filter((happening) => happening.case.id !== message.case);
      } else if (message.type === 'alive') {
        this.aheadMs = Date.parse(message.at) - Date.now();
      }
    }
    this.cases = bounded(cases, Date.now() + this.aheadMs);
    const held = (of: ReadonlyMap<string, Case>): number => [...of.values()].filter(isOpen).length;
    open += held(cases) - held(this.cases);
    this.beyond = { open, overdue: Math.min(overdue, open) };
    this.feed = feed.slice(0, FEED);
    this.findings = findings.slice(0, FINDINGS);
    this.decided = new Map([...decided].slice(-FINDINGS));
    this.links = links;
    this.heardAt = Date.now();
    for (const id of this.born.keys()) if (!this.cases.has(id)) this.born.delete(id);
  }
}

/** Ids are UUIDv7: they sort by time, finer than any instant that is written out. */
const newestFirst = (a: Case, b: Case): number => (a.id < b.id ? 1 : -1);

function asHappening(one: Case): Happening {
  const change = one.reports > 1 ? 'case_joined' : 'case_opened';
  return { key: `${one.id} ${one.version}`, at: one.updated_at, change, case: one };
}

/** Without what is over, and not more than the page can show: the newest stay. */
export function bounded(cases: Map<string, Case>, now: number): Map<string, Case> {
  const kept = [...cases.values()].filter((one) => isOpen(one) || now - Date.parse(one.updated_at) < FAREWELL_MS);
  if (kept.length > CASES) kept.sort(newestFirst).splice(CASES);
  return new Map(kept.map((one) => [one.id, one]));
}

export const live = new Live();
