import { afterAll, beforeAll, test } from 'vitest';
import type { Browser } from 'playwright-core';
import { Visitor, launch } from '../tests/browser';
import { Service } from '../tests/service';

/** The wall while 50 reports a second come in, which is what a city sends on its worst day. */
const SECONDS = Number(process.env.SECONDS);
const RATE = 50;

let service: Service;
let browser: Browser;

beforeAll(async () => {
  [service, browser] = await Promise.all([Service.start(), launch()]);
});

afterAll(async () => {
  await browser?.close();
  await service?.stop();
});

const tell = (name: string, value: number, unit: string): void => console.log(`screens.${name}: ${value.toPrecision(3)} ${unit}`);

/** Of sorted values. */
const at = (values: readonly number[], share: number): number => values[Math.min(values.length - 1, Math.floor(values.length * share))] ?? NaN;

interface Watched {
  seen: Record<string, number>;
  tasks: number[];
}

/** In the page: when each case was first on the feed, and tasks that kept it from anything else. */
function watch(): void {
  const watched: Watched = { seen: {}, tasks: [] };
  (globalThis as unknown as { watched: Watched }).watched = watched;
  const look = (): void => {
    for (const row of document.querySelectorAll<HTMLElement>('[data-feed] [data-case]')) {
      const id = row.dataset.case ?? '';
      watched.seen[id] ??= Date.now();
    }
  };
  const feed = document.querySelector('.feed');
  if (feed) new MutationObserver(look).observe(feed, { childList: true, subtree: true });
  new PerformanceObserver((list) => watched.tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask' });
}

test('the wall under load', { timeout: (SECONDS + 180) * 1_000 }, async () => {
  const token = service.token('bench', 'planner');
  const visitor = await Visitor.open(browser, `${service.origin}/wall#token=${service.token('wall', 'display')}`, { locale: 'zh-CN' });
  const { page } = visitor;
  await page.waitForSelector('[data-live=live]');
  const paint = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN);
  tell('wall.first_paint', paint, 'ms');
  const cdp = await visitor.context.newCDPSession(page);
  await cdp.send('Performance.enable');
  const heap = async (): Promise<number> => {
    await cdp.send('HeapProfiler.collectGarbage');
    const { metrics } = await cdp.send('Performance.getMetrics');
    return (metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? NaN) / 1e6;
  };
  await page.evaluate(watch);

  const sent = new Map<string, number>();
  const report = async (n: number): Promise<void> => {
    const body = { lon: 110.0202 + (n % 97) * 0.0003, lat: 40.4013 + (Math.floor(n / 97) % 61) * 0.0003, category: '020104' };
    const begun = Date.now();
    const headers = { Authorization: `Bearer ${token}` };
    const response = await fetch(`${service.origin}/api/reports`, { method: 'POST', headers, body: JSON.stringify(body) });
    if (response.status === 201) {
      const { case_id, joined } = (await response.json()) as { case_id: string; joined: boolean };
      if (!joined) sent.set(case_id, begun);
    }
  };
  const drive = async (seconds: number, from: number): Promise<void> => {
    const begun = performance.now();
    for (let n = 0; n < seconds * RATE; n++) {
      const wait = begun + (n * 1_000) / RATE - performance.now();
      if (wait > 0) await new Promise((done) => setTimeout(done, wait));
      void report(from + n).catch(() => undefined);
    }
  };
  const warm = Math.min(60, SECONDS / 5);
  await drive(warm, 0);
  const before = await heap();
  await drive(SECONDS - warm, warm * RATE);
  await page.waitForTimeout(1_000);
  const after = await heap();
  const { seen, tasks } = await page.evaluate(() => (globalThis as unknown as { watched: Watched }).watched);
  const latencies = [...sent].flatMap(([id, begun]) => (seen[id] ? [seen[id] - begun] : [])).sort((a, b) => a - b);
  tell('wall.reports', sent.size, 'cases');
  tell('wall.seen', latencies.length / sent.size, 'of 1');
  tell('wall.latency_p50', at(latencies, 0.5), 'ms');
  tell('wall.latency_p99', at(latencies, 0.99), 'ms');
  tell('wall.long_tasks', (tasks.length * 60) / SECONDS, 'a minute');
  tell('wall.longest_task', Math.max(0, ...tasks), 'ms');
  tell('wall.heap_growth', ((after - before) * 60) / (SECONDS - warm), 'MB a minute');
  tell('wall.heap', after, 'MB');
});
