import type { Area, Collection, Point } from './geojson';
import type { Actor, Camera, CaseDetail, Category, Department, Grid, HeatLegend, Site } from './resources';

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

async function ask<T>(path: string, language: Language, init: RequestInit = {}): Promise<T> {
  const headers = { Accept: 'application/json', 'Accept-Language': language, ...init.headers };
  const response = await fetch(path, { ...init, headers });
  const body = response.status === 204 ? undefined : await response.json().catch(() => undefined);
  if (!response.ok) {
    const error = body?.error;
    throw new Refused(response.status, error?.code ?? 'unknown', error?.message ?? `${response.status}`);
  }
  return body as T;
}

export const api = {
  who: () => ask<Actor>('/api/session', 'en'),
  signIn: (code: string, language: Language) =>
    ask<Actor>('/api/session', language, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ code }),
    }),
  signOut: () => ask<void>('/api/session', 'en', { method: 'DELETE' }),
  site: () => ask<Site>('/api/site', 'en'),
  grids: () => ask<Collection<Area, Grid>>('/api/grids', 'en'),
  departments: () => ask<{ departments: Department[] }>('/api/departments', 'en'),
  categories: () => ask<{ categories: Category[] }>('/api/categories', 'en'),
  cameras: () => ask<Collection<Point | null, Camera>>('/api/cameras', 'en'),
  case: (id: string, language: Language) => ask<CaseDetail>(`/api/cases/${encodeURIComponent(id)}`, language),
  heatLegend: (query: string) => ask<HeatLegend>(`/heat/legend.json?${query}`, 'en'),
};
