import type { Area, Collection, Point } from './geojson';
import type {
  Actor,
  Attendance,
  Camera,
  Case,
  CaseDetail,
  CaseList,
  Counted,
  Category,
  Department,
  Finding,
  Followed,
  Grid,
  HeatLegend,
  Notice,
  Place,
  Record as OwnRecord,
  ReportAnswer,
  ReportBody,
  Site,
  StepBody,
  Tally,
  TaskBody,
  VisitDone,
  Worker,
  WorkList,
} from './resources';

/** The languages that the service words its reasons in. */
export type Language = 'zh' | 'en';

/** What the service refused, in its own words; `code` is for rules, `message` for people. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** Nothing came back: the service is away, or the line to it is. */
export class Unreachable extends Error {}

/** Keeps answers for when nothing comes back: a phone has no network in every yard. */
export interface Shelf {
  /** How an answer is used: `first` without asking before, `last` where nothing came back; not at all without a word. */
  keeps(path: string): 'first' | 'last' | undefined;
  get(path: string): Promise<unknown>;
  put(path: string, answer: unknown): Promise<void>;
}

let shelf: Shelf | undefined;

export const keepOn = (one: Shelf): void => {
  shelf = one;
};

/** The service itself takes half of it at most. */
const LONGEST_MS = 60_000;
/** Of what is kept: longer than this nobody waits for what is newer. */
const PATIENCE_MS = 10_000;

/** Browsers inside other apps are often old ones: those wait as long as they like. */
const within = (ms: number): AbortSignal | undefined => ('timeout' in AbortSignal ? AbortSignal.timeout(ms) : undefined);

async function answer(path: string, language: Language, init: RequestInit = {}): Promise<Response> {
  const headers = { Accept: 'application/json', 'Accept-Language': language, ...init.headers };
  // A line that is dead and does not know it would hold whoever waits for ever.
  const signal = init.signal ?? within(LONGEST_MS);
  const response = await fetch(path, { ...init, headers, signal }).catch((error: Error) => {
    throw new Unreachable(error.message);
  });
  if (response.ok) return response;
  const error = (await response.json().catch(() => undefined))?.error;
  throw new Refused(response.status, error?.code ?? 'unknown', error?.message ?? `${response.status}`);
}

async function ask<T>(path: string, language: Language, init?: RequestInit): Promise<T> {
  const use = init ? undefined : shelf?.keeps(path);
  if (shelf && use) return (await fromShelf(shelf, use, path, language)) as T;
  const response = await answer(path, language, init);
  const said = (response.status === 204 ? undefined : await response.json().catch(() => undefined)) as T;
  // Who signs in, or says to be on duty, is answered with how it stands now.
  if (init?.method === 'POST' && shelf?.keeps(path)) await shelf.put(path, said);
  return said;
}

async function fromShelf(from: Shelf, use: 'first' | 'last', path: string, language: Language): Promise<unknown> {
  const kept = await from.get(path);
  const fresh = async (): Promise<unknown> => {
    const signal = kept === undefined ? undefined : within(PATIENCE_MS);
    const said: unknown = await (await answer(path, language, { signal })).json().catch((error: Error) => {
      throw new Unreachable(error.message);
    });
    await from.put(path, said);
    return said;
  };
  if (kept === undefined) return fresh();
  if (use === 'first') {
    void fresh().catch(() => undefined);
    return kept;
  }
  return fresh().catch((error: unknown) => {
    if (error instanceof Unreachable) return kept;
    throw error;
  });
}

const post = (body: object): RequestInit => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(body),
});

/** A step with its photos, sent once however often it is tried. */
function stepForm(step: StepBody, photos: readonly Blob[], key: string): RequestInit {
  const form = new FormData();
  form.append('step', new Blob([JSON.stringify(step)], { type: 'application/json' }));
  for (const photo of photos) form.append('photo', photo);
  return { method: 'POST', headers: { 'Idempotency-Key': key }, body: form };
}

/** A report with its photos, sent once however often it is tried. */
function reportForm(report: ReportBody, photos: readonly Blob[], key: string): RequestInit {
  const form = new FormData();
  for (const [name, value] of Object.entries(report)) {
    if (value !== undefined && value !== null && value !== '') form.append(name, String(value));
  }
  for (const photo of photos) form.append('photo', photo);
  return { method: 'POST', headers: { 'Idempotency-Key': key }, body: form };
}

/** A picture of a camera, and how old it was when it was sent. */
export interface Shot {
  picture: Blob;
  ageMs: number;
}

async function frame(id: string, language: Language): Promise<Shot> {
  const response = await answer(`/api/cameras/${encodeURIComponent(id)}/frame.jpg`, language);
  return { ageMs: Number(response.headers.get('X-Frame-Age-Ms')), picture: await response.blob() };
}

export const api = {
  who: () => ask<Actor>('/api/session', 'en'),
  /** Who is there at this moment, by the service itself: under whose name what is sent will stand. */
  whoNow: async () => (await (await answer('/api/session', 'en')).json()) as Actor,
  signIn: (given: { code: string } | { token: string } | { name: string; password: string }, language: Language) =>
    ask<Actor>('/api/session', language, post(given)),
  signOut: () => ask<void>('/api/session', 'en', { method: 'DELETE' }),
  setPassword: (given: { password: string; old?: string }, language: Language) =>
    ask<void>('/api/me/password', language, post(given)),
  notices: (language: Language) => ask<{ notices: Notice[] }>('/api/me/notices?unread=true', language),
  state: (language: Language) => ask<Attendance>('/api/me/state', language),
  attend: (given: { on_duty: boolean; lon?: number; lat?: number }, language: Language) =>
    ask<Attendance>('/api/me/state', language, post(given)),
  work: (language: Language) => ask<WorkList>('/api/me/tasks', language),
  doTask: (id: string, deed: TaskBody, language: Language) =>
    ask<unknown>(`/api/me/tasks/${encodeURIComponent(id)}`, language, post(deed)),
  visited: (id: string, went: VisitDone, language: Language) =>
    ask<unknown>(`/api/visits/${encodeURIComponent(id)}/done`, language, post(went)),
  record: (cursor: string | undefined, language: Language) =>
    ask<OwnRecord>(`/api/me/record?limit=50${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`, language),
  report: (report: ReportBody, photos: readonly Blob[], key: string, language: Language) =>
    ask<ReportAnswer>('/api/reports', language, reportForm(report, photos, key)),
  follow: (given: { number: string; secret: string }, language: Language) =>
    ask<Followed>('/api/follow', language, post(given)),
  rate: (given: { number: string; secret: string; stars: number; note?: string; reopen: boolean }, language: Language) =>
    ask<Followed>('/api/follow/rate', language, post(given)),
  /** The place that a name or an address means, if there is one. */
  places: (name: string) =>
    ask<Collection<Point, Place>>(`/api/places?name=${encodeURIComponent(name)}`, 'en'),
  readNotices: (language: Language) => ask<void>('/api/me/notices/read', language, post({ all: true })),
  site: () => ask<Site>('/api/site', 'en'),
  grids: () => ask<Collection<Area, Grid>>('/api/grids', 'en'),
  departments: () => ask<{ departments: Department[] }>('/api/departments', 'en'),
  categories: () => ask<{ categories: Category[] }>('/api/categories', 'en'),
  cameras: () => ask<Collection<Point | null, Camera>>('/api/cameras', 'en'),
  case: (id: string, language: Language) => ask<CaseDetail>(`/api/cases/${encodeURIComponent(id)}`, language),
  tally: (query: string) => ask<Tally>(`/api/tally?${query}`, 'en'),
  behind: (query: string) => ask<{ cases: Counted[] }>(`/api/tally/cases?${query}`, 'en'),
  onDuty: () => ask<{ staff: Worker[] }>('/api/staff/on-duty', 'en'),
  cases: (query: string) => ask<CaseList>(`/api/cases?${query}`, 'en'),
  step: (id: string, step: StepBody, photos: readonly Blob[], key: string, language: Language) =>
    ask<Case>(`/api/cases/${encodeURIComponent(id)}/actions`, language, stepForm(step, photos, key)),
  frame,
  confirm: (finding: string, language: Language) =>
    ask<Finding>(`/api/findings/${encodeURIComponent(finding)}/confirm`, language, post({})),
  dismiss: (finding: string, reason: string, language: Language) =>
    ask<Finding>(`/api/findings/${encodeURIComponent(finding)}/dismiss`, language, post({ reason })),
  heatLegend: (query: string) => ask<HeatLegend>(`/heat/legend.json?${query}`, 'en'),
};
