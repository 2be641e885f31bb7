import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Visitor, launch } from './browser';
import { Service } from './service';
import { shot } from './shots';

/** In the seventh grid of 兴盛园, whose specialist is staff-07. */
const TOILET = { longitude: 110.0331, latitude: 40.4109 };
const NEAR = { ...TOILET, accuracy: 8 };
const PHONE = { locale: 'zh-CN', width: 360, height: 740, settled: '[role=tablist]', at: NEAR };

let service: Service;
let browser: Browser;
let specialist: Awaited<ReturnType<Service['as']>>;
let photo: Buffer;

beforeAll(async () => {
  [service, browser] = await Promise.all([Service.start(), launch()]);
  specialist = await service.as('staff-07');
  const page = await browser.newPage();
  photo = await page.screenshot({ type: 'jpeg' });
  await page.close();
});

afterAll(async () => {
  await browser?.close();
  await service?.stop();
});

const photograph = (page: Page) =>
  page.locator('[data-photos]').first().setInputFiles({ name: 'a.jpg', mimeType: 'image/jpeg', buffer: photo });

async function fillIn(page: Page, description: string): Promise<void> {
  await photograph(page);
  await page.waitForSelector('[data-where=fix]');
  await page.locator('[data-search]').fill('公共厕所');
  await page.locator('[data-pick="010301"]').click();
  await page.locator('[data-description]').fill(description);
}

interface Told {
  status: string;
  told: { description: string; source: string; accuracy_m: number; evidence: object[] }[];
  trail: { action: string; position?: object }[];
}
const caseOf = async (id: string) => (await (await specialist(`/api/cases/${id}`)).json()) as Told;
const casesOfGrid = async () => {
  const { cases } = await (await specialist('/api/cases?limit=100')).json();
  return cases as { id: string; number: string }[];
};

/** Told by a resident, and brought by all others to where the specialist checks it on the spot. */
async function handled(): Promise<string> {
  const { case_id } = await service.report({ lon: 110.0328, lat: 40.4106, category: '010301', description: '水管漏水' });
  const steps: [string, object][] = [
    ['staff-07', { action: 'verify' }],
    ['office-02', { action: 'accept' }],
    ['office-01', { action: 'file' }],
    ['office-05', { action: 'dispatch', lead: 'HWJ' }],
    ['clerk-03', { action: 'sign' }],
    ['clerk-03', { action: 'handle', note: '已修好' }],
  ];
  for (const [staff, step] of steps) {
    const form = new FormData();
    form.append('step', JSON.stringify(step));
    if ('note' in step) form.append('photo', new Blob([new Uint8Array(photo)]));
    await (await service.as(staff))(`/api/cases/${case_id}/actions`, form);
  }
  return case_id;
}

test('a page of a phone is small', () => {
  const dist = join(import.meta.dirname, '../dist');
  const html = readFileSync(join(dist, 'phone.html'), 'utf8');
  const loaded = [...html.matchAll(/<(?:script|link rel="(?:modulepreload|stylesheet)")[^>]*"\/(assets\/[^"]+)"/g)];
  const words = /assets\/zh-[\w-]+\.js/.exec(html)?.[0] ?? '';
  const files = ['phone.html', words, ...loaded.map(([, file]) => file ?? '')];
  const bytes = files.reduce((sum, file) => sum + gzipSync(readFileSync(join(dist, file))).length, 0);
  expect(loaded.length).toBeGreaterThan(3);
  expect(bytes).toBeLessThan(60_000);
});

test('an informant reports with a photo, and it arrives on its grid', async () => {
  const visitor = await Visitor.open(browser, service.linkFor('informant-024', '/phone'), PHONE);
  const { page, context } = visitor;
  expect(page.url()).toBe(`${service.origin}/phone`);
  expect(await page.getByRole('link', { name: '火警 119' }).getAttribute('href')).toBe('tel:119');
  await fillIn(page, '厕所墙体开裂');
  await shot(page, 'phone-report-zh');
  await visitor.isSound();
  await page.locator('[data-send]').click();
  await page.waitForSelector('[data-told=sent]');
  await page.getByText('兴盛园第七网格').waitFor();
  const number = await page.locator('[data-number]').textContent();
  const [found] = (await casesOfGrid()).filter((one) => one.number === number);
  const { told } = await caseOf(found?.id ?? '');
  expect(told).toMatchObject([{ description: '厕所墙体开裂', source: 'informant', accuracy_m: 8, evidence: [{}] }]);

  // Where the phone is not sure, somebody shows it on the map; what was used before is at hand.
  await context.setGeolocation({ ...TOILET, accuracy: 80 });
  await page.locator('[data-more]').click();
  await page.waitForSelector('[data-where=rough]');
  await page.locator('[data-pick="010301"]').waitFor();
  await page.locator('[data-pin]').click();
  await page.waitForSelector('dialog [data-map=idle]');
  const pane = await page.locator('dialog [data-map]').boundingBox();
  if (!pane) throw new Error('no map');
  await shot(page, 'phone-pin-zh');
  await visitor.isSound();
  await page.mouse.move(pane.x + 150, pane.y + 150);
  await page.mouse.down();
  await page.mouse.move(pane.x + 90, pane.y + 150, { steps: 5 });
  await page.mouse.up();
  await page.locator('[data-pinned]').click();
  const shown = await page.locator('[data-where=pin]').textContent();
  const [lon = 0, lat = 0] = (shown?.match(/\d+\.\d{5}/g) ?? []).map(Number);
  expect(lon).toBeGreaterThan(TOILET.longitude + 0.0001);
  expect(lon).toBeLessThan(TOILET.longitude + 0.002);
  expect(lat).toBeCloseTo(TOILET.latitude, 3);
  await visitor.isSound();
  await visitor.context.close();
});

test('a specialist verifies and checks on the spot, walks the day’s rounds and finds it on record', async () => {
  const { case_id } = await service.report({ lon: 110.0333, lat: 40.411, category: '020102', description: '垃圾箱满溢' });
  const visitor = await Visitor.open(browser, service.linkFor('staff-07', '/phone'), { ...PHONE, locale: 'en-GB' });
  const { page } = visitor;
  await page.locator('#tab-tasks').click();
  await page.locator(`[data-case="${case_id}"] [data-far]`).waitFor();
  await page.locator('[data-order=near]').click();
  await shot(page, 'phone-tasks-en');
  await visitor.isSound();

  const round = page.locator('[data-task]').first();
  await round.locator('[data-deed=start]').click();
  await round.locator('[data-deed=finish]').click();
  await page.locator('[data-status=done]').first().waitFor();

  await page.locator(`[data-case="${case_id}"]`).click();
  await page.locator('[data-why] li').first().waitFor();
  await visitor.isSound();
  await page.locator('[data-action=verify]').click();
  await page.locator('[data-did=verify]').waitFor();
  await page.waitForSelector('[data-outbox=empty]');
  const { status, trail } = await caseOf(case_id);
  expect(status).toBe('to_accept');
  expect(trail.find(({ action }) => action === 'verify')?.position).toMatchObject({ lon: TOILET.longitude });

  // Where it is in truth is shown on the map: it is not where the specialist stands.
  await page.locator('[data-action=correct]').click();
  await page.locator('[data-pin]').waitFor();
  await page.goBack();
  await page.locator('[data-work]').waitFor();

  const done = await handled();
  await page.reload();
  await page.locator('#tab-tasks').click();
  await page.locator(`[data-case="${done}"]`).click();
  await page.locator('[data-action=pass]').click();
  await page.getByLabel('2 stars').check();
  await shot(page, 'phone-case-en');
  await visitor.isSound();
  await page.locator('[data-take]').click();
  await page.locator('[data-did=pass]').waitFor();
  await page.goBack();

  await page.locator('#tab-me').click();
  await page.locator('[data-record] [data-did=step]').first().waitFor();
  await page.locator('[data-record] [data-did=task]').first().waitFor();
  await page.locator('[data-turn]').click();
  await page.waitForSelector('[data-duty=off]');
  await page.locator('[data-turn]').click();
  await page.waitForSelector('[data-duty=on]');
  await shot(page, 'phone-me-en');
  await visitor.isSound();
  await visitor.context.close();
});

test('what the service refuses stays with its reason, and is mended', async () => {
  const visitor = await Visitor.open(browser, service.linkFor('informant-025', '/phone'), PHONE);
  const { page } = visitor;
  await page.clock.setFixedTime(Date.now() + 3_600_000);
  await fillIn(page, '手机时间不准');
  await page.locator('[data-send]').click();
  await page.waitForSelector('[data-told=refused]');
  await page.clock.setFixedTime(Date.now());
  await page.locator('[data-outbox=refused]').click();
  await page.locator('[data-mend]').click();
  await page.locator('[data-description]').fill('手机时间已校准');
  await page.locator('[data-send]').click();
  await page.waitForSelector('[data-told=sent]');
  await page.waitForSelector('[data-outbox=empty]');
  await visitor.context.close();
});

test('what is done without a network survives the page, and is sent once', async () => {
  const [bin, rubbish] = await Promise.all([
    service.report({ lon: 110.0332, lat: 40.4107, category: '020101', description: '暴露垃圾' }),
    service.report({ lon: 110.0329, lat: 40.4111, category: '020104', description: '乱堆物料' }),
  ]);
  const visitor = await Visitor.open(browser, service.linkFor('staff-07', '/phone'), PHONE);
  const { context } = visitor;
  await visitor.page.locator('#tab-tasks').click();
  for (const { case_id } of [bin, rubbish]) await visitor.page.locator(`[data-case="${case_id}"]`).waitFor();
  const kept = () =>
    visitor.page.evaluate(
      async (ids) => {
        await navigator.serviceWorker.ready;
        const isPageKept = (await caches.match('/phone')) !== undefined;
        const base = await new Promise<IDBDatabase>((done) => {
          const request = indexedDB.open('gridwatch');
          request.onsuccess = () => done(request.result);
        });
        const request = base.transaction('shelf').objectStore('shelf').getAllKeys();
        const paths = await new Promise<string[]>((done) => (request.onsuccess = () => done(request.result as string[])));
        base.close();
        return isPageKept && ids.every((id) => paths.includes(`/api/cases/${id}`));
      },
      [bin.case_id, rubbish.case_id],
    );
  await expect.poll(kept, { timeout: 30_000 }).toBe(true);
  await visitor.isSound();

  await context.setOffline(true);
  await visitor.reopen(`${service.origin}/phone`);
  const { page } = visitor;
  await fillIn(page, '无网络时上报');
  await page.locator('[data-send]').click();
  await page.waitForSelector('[data-told=waiting]');
  await page.locator('#tab-tasks').click();
  for (const { case_id } of [bin, rubbish]) {
    await page.locator(`[data-case="${case_id}"]`).click();
    await page.locator('[data-action=verify]').click();
    await page.waitForSelector('[data-queued]');
    await page.locator('[data-back]').click();
  }
  await page.waitForSelector('[data-waiting="3"]');
  // Meanwhile, from another device.
  await specialist(`/api/cases/${rubbish.case_id}/actions`, { action: 'verify' });

  await visitor.reopen(`${service.origin}/phone`);
  await visitor.page.waitForSelector('[data-waiting="3"]');
  // Two tabs stand open, and one of them sends.
  const other = await context.newPage();
  await other.goto(`${service.origin}/phone`);
  await other.waitForSelector('[data-waiting="3"]');
  const posts: string[] = [];
  context.on('request', (request) => request.method() === 'POST' && posts.push(new URL(request.url()).pathname));
  await context.setOffline(false);
  await other.waitForSelector('[data-outbox=refused][data-waiting="0"]');
  await visitor.page.waitForSelector('[data-outbox=refused][data-waiting="0"]');
  await visitor.page.locator('[data-outbox]').click();
  await visitor.page.waitForSelector('dialog [data-entry=report][data-state=sent]');
  const refused = visitor.page.locator('dialog [data-state=refused]');
  expect(await refused.getAttribute('data-entry')).toBe('step');
  await shot(visitor.page, 'phone-outbox-zh');
  expect(await visitor.barriers()).toEqual([]);
  await refused.locator('[data-drop]').click();
  await visitor.page.waitForSelector('[data-outbox=empty]');

  expect(posts.toSorted()).toEqual(
    ['/api/reports', ...[bin, rubbish].map(({ case_id }) => `/api/cases/${case_id}/actions`)].toSorted(),
  );
  const trail = (await caseOf(bin.case_id)).trail.map(({ action }) => action);
  expect(trail).toEqual(['open', 'verify']);
  const told = await Promise.all((await casesOfGrid()).map(async ({ id }) => (await caseOf(id)).told));
  const sent = told.flat().filter(({ description }) => description === '无网络时上报');
  expect(sent).toMatchObject([{ source: 'patrol', evidence: [{}] }]);
  expect(visitor.abroad).toEqual([]);
  await context.close();
});
