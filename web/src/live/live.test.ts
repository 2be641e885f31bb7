import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Case, Finding, LiveMessage } from '../api/resources';
import type { Listener } from './connection';

let listener: Listener;
vi.mock('./connection', () => ({
  Connection: class {
    constructor(given: Listener) {
      listener = given;
    }
    start() {}
    stop() {}
  },
}));

const { bounded, live } = await import('./live.svelte');

const NOW = Date.parse('2026-03-04T09:00:00Z');
const one = (n: number, status = 'to_verify', reports = 1): Case =>
  ({
    id: `${n}`.padStart(6, '0'),
    status,
    reports,
    opened_at: new Date(NOW).toISOString(),
    updated_at: new Date(NOW).toISOString(),
    placed: {
      path: [
        { level: 'grid', code: 'g' },
        { level: 'street', code: 's' },
      ],
    },
  }) as Case;

const update = (seq: number, change: 'case_opened' | 'case_joined', of: Case): LiveMessage => ({
  type: 'update',
  seq,
  at: new Date(NOW).toISOString(),
  change,
  case: of,
});

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  live.start(async () => true);
});

afterEach(() => {
  live.stop();
  vi.useRealTimers();
});

test('a snapshot, then what happens, and the figures follow', () => {
  listener.heard({ type: 'snapshot', seq: 1, at: '', open: 0, overdue: 0, cases: [one(2), one(1)], findings: [], cameras: {} });
  listener.heard(update(2, 'case_opened', one(3)));
  listener.heard(update(3, 'case_joined', one(1, 'to_verify', 2)));
  expect(live.open).toEqual([]);
  vi.advanceTimersByTime(100);
  expect(live.open.map(({ id }) => id)).toEqual(['000003', '000002', '000001']);
  expect(live.feed.map(({ change }) => change)).toEqual(['case_joined', 'case_opened', 'case_opened', 'case_opened']);
  expect([live.openIn.get('g'), live.openIn.get('s')]).toEqual([3, 3]);
  expect([...live.born.keys()]).toEqual(['000003']);
});

test('a finding stands in the queue until it is decided, and cameras are as they were last heard of', () => {
  const finding = (id: string, status = 'queued') => ({ id, status }) as Finding;
  const at = new Date(NOW).toISOString();
  const link = { status: 'live', since: at, failures: 0 } as const;
  const rest = { seq: 1, at, open: 0, overdue: 0, cases: [] };
  listener.heard({ type: 'snapshot', ...rest, findings: [finding('a')], cameras: { c1: link } });
  listener.heard({ type: 'update', seq: 2, at, change: 'finding_added', finding: finding('b') });
  listener.heard({ type: 'update', seq: 3, at, change: 'finding_decided', finding: finding('a', 'dismissed') });
  listener.heard({ type: 'camera', camera: 'c2', link: { ...link, status: 'down' } });
  vi.advanceTimersByTime(100);
  expect(live.findings.map(({ id }) => id)).toEqual(['b']);
  expect([...live.decided.values()]).toEqual([finding('a', 'dismissed')]);
  expect([...live.links].map(([camera, { status }]) => [camera, status])).toEqual([
    ['c1', 'live'],
    ['c2', 'down'],
  ]);
  listener.heard({ type: 'cameras', cameras: { c2: link } });
  vi.advanceTimersByTime(100);
  expect([...live.links.keys()]).toEqual(['c2']);
});

test('cases that the page does not hold are counted', () => {
  const at = new Date(NOW).toISOString();
  const late = { ...one(1), due_at: new Date(NOW - 1).toISOString() };
  listener.heard({ type: 'snapshot', seq: 1, at, open: 7, overdue: 3, cases: [one(2), late], findings: [], cameras: {} });
  vi.advanceTimersByTime(100);
  expect(live.beyond).toEqual({ open: 5, overdue: 2 });
  listener.heard(update(2, 'case_joined', one(9)));
  listener.heard(update(3, 'case_opened', one(10)));
  vi.advanceTimersByTime(100);
  expect([live.open.length, live.beyond.open]).toEqual([4, 4]);
});

test('however much happens, the page keeps what it can show', () => {
  for (let n = 0; n < 5_000; n++) listener.heard(update(n, 'case_opened', one(n)));
  vi.advanceTimersByTime(100);
  expect([live.cases.size, live.feed.length]).toEqual([2_000, 200]);
  expect(live.open[0]?.id).toBe('004999');
  expect(live.open.length + live.beyond.open).toBe(5_000);
  expect(live.born.size).toBeLessThanOrEqual(2_000);
});

test('a case that is over leaves after a minute', () => {
  const cases = new Map([
    ['000001', one(1, 'closed')],
    ['000002', one(2)],
  ]);
  expect(bounded(cases, NOW + 30_000).size).toBe(2);
  expect([...bounded(cases, NOW + 61_000).keys()]).toEqual(['000002']);
});
