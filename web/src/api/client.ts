import type { Area, Collection, Point } from './geojson';
import type {
  Actor,
  Camera,
  Case,
  CaseDetail,
  CaseList,
  Category,
  Department,
  Finding,
  Grid,
  HeatLegend,
  Notice,
  Site,
  StepBody,
  Tally,
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

async function answer(path: string, language: Language, init: RequestInit = {}): Promise<Response> {
  const headers = { Accept: 'application/json', 'Accept-Language': language, ...init.headers };
  const response = await fetch(path, { ...init, headers }).catch((error: Error) => {
    throw new Unreachable(error.message);
  });
  if (response.ok) return response;
  const error = (await response.json().catch(() => undefined))?.error;
  throw new Refused(response.status, error?.code ?? 'unknown', error?.message ?? `${response.status}`);
}

async function ask<T>(path: string, language: Language, init?: RequestInit): Promise<T> {
  const response = await answer(path, language, init);
  return (response.status === 204 ? undefined : await response.json().catch(() => undefined)) as T;
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
  signIn: (given: { code: string } | { token: string } | { name: string; password: string }, language: Language) =>
    ask<Actor>('/api/session', language, post(given)),
  signOut: () => ask<void>('/api/session', 'en', { method: 'DELETE' }),
  setPassword: (given: { password: string; old?: string }, language: Language) =>
    ask<void>('/api/me/password', language, post(given)),
  notices: (language: Language) => ask<{ notices: Notice[] }>('/api/me/notices?unread=true', language),
  readNotices: (language: Language) => ask<void>('/api/me/notices/read', language, post({ all: true })),
  site: () => ask<Site>('/api/site', 'en'),
  grids: () => ask<Collection<Area, Grid>>('/api/grids', 'en'),
  departments: () => ask<{ departments: Department[] }>('/api/departments', 'en'),
  categories: () => ask<{ categories: Category[] }>('/api/categories', 'en'),
  cameras: () => ask<Collection<Point | null, Camera>>('/api/cameras', 'en'),
  case: (id: string, language: Language) => ask<CaseDetail>(`/api/cases/${encodeURIComponent(id)}`, language),
  tally: (query: string) => ask<Tally>(`/api/tally?${query}`, 'en'),
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
