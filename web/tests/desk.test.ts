import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Visitor, launch } from './browser';
import { Service } from './service';
import { shot } from './shots';

/** The dry toilet (旱厕) of the seed: a wall is cracked, in grid 7. */
const TOILET = { lon: 110.0331, lat: 40.4109, category: '010301', description: '旱厕墙体开裂', source: 'informant' };
const PHOTO = readFileSync(join(import.meta.dirname, '../../docs/images/map.jpg'));

let service: Service;
let browser: Browser;

beforeAll(async () => {
  [service, browser] = await Promise.all([Service.start(), launch()]);
});

afterAll(async () => {
  await browser?.close();
  await service?.stop();
});

const come = (staff: string, page: string, locale = 'zh-CN') =>
  Visitor.open(browser, service.linkFor(staff, page), { locale, settled: '[data-live=live]' });

test('a case goes from the first report to its end by those whose steps they are', async () => {
  const told = await service.report(TOILET);
  const specialist = await service.as('staff-07');
  const step = (body: object) => specialist(`/api/cases/${told.case_id}/actions`, body);
  await step({ action: 'verify' });

  // Intake and the shift head, by keyboard alone.
  for (const [staff, action] of [['office-02', 'accept'], ['cadre-01', 'file']] as const) {
    const visitor = await come(staff, '/desk');
    const { page } = visitor;
    await page.locator(`[data-case="${told.case_id}"]`).waitFor();
    await page.keyboard.press('j');
    await page.locator(`[data-action=${action}]`).waitFor();
    const nth = await page.locator(`[data-action=${action}]`).getAttribute('aria-keyshortcuts');
    await page.keyboard.press(nth ?? '');
    await page.locator(`[data-did=${action}]`).waitFor();
    await visitor.context.close();
  }

  // The dispatcher sees the proposed department with its reasons, and follows it with the mouse.
  const desk = await come('office-05', '/desk');
  await desk.page.locator(`[data-case="${told.case_id}"]`).click();
  await desk.page.locator('[data-why] li').first().waitFor();
  await shot(desk.page, 'desk-zh');
  await desk.isSound();
  await desk.page.locator('[data-theme-switch]').click();
  await shot(desk.page, 'desk-light');
  await desk.isSound();
  await desk.page.locator('[data-theme-switch]').click();
  await desk.page.locator('[data-action=dispatch]').click();
  expect(await desk.page.locator('[data-lead]').inputValue()).toBe('HWJ');
  await desk.page.locator('[data-take]').click();
  await desk.page.locator('[data-orders]').getByText('待签收').waitFor();

  // The department signs for it, and reports it done with a photo: the desk sees each.
  const clerk = await come('clerk-03', '/department');
  await clerk.page.locator(`[data-mark="${told.case_id}"]`).check();
  await clerk.page.locator('[data-sign-all]').click();
  await clerk.page.locator(`[data-box=handling] [data-case="${told.case_id}"]`).click();
  await desk.page.locator('[data-orders]').getByText('处置中').waitFor();
  await clerk.page.locator('[data-crew]').fill('维修二班');
  await clerk.page.locator('[data-crew]').press('Enter');
  await clerk.page.getByText('交办：维修二班').waitFor();
  await clerk.page.locator('[data-theme-switch]').click();
  await shot(clerk.page, 'department-light');
  await clerk.isSound();
  await clerk.page.locator('[data-slip-open]').click();
  await clerk.page.locator('[data-slip]').getByText(told.number).waitFor();
  await clerk.isSound();
  await shot(clerk.page, 'slip-zh');
  await clerk.page.keyboard.press('Escape');
  await clerk.page.locator('[data-action=handle]').click();
  await clerk.page.locator('[data-photos]').setInputFiles({ name: 'done.jpg', mimeType: 'image/jpeg', buffer: PHOTO });
  await clerk.page.locator('[data-note]').fill('已修补');
  await clerk.page.locator('[data-take]').click();
  await clerk.page.locator(`[data-box=to_check] [data-case="${told.case_id}"]`).waitFor();
  await desk.page.locator('[data-orders]').getByText('待核查').waitFor();

  await step({ action: 'pass', stars: 2 });
  const head = await come('cadre-01', '/desk', 'en-GB');
  await head.page.locator(`[data-case="${told.case_id}"]`).click();
  await head.page.locator('[data-action=close]').click();
  await head.page.locator('[data-did=close]').waitFor();
  expect(await head.page.locator('[data-trail] > li').count()).toBe(10);
  await shot(head.page, 'desk-en');
  await head.isSound();
  for (const visitor of [desk, clerk, head]) await visitor.context.close();
});

test('two hundred reports of a storm are verified, filed, merged and dispatched by area and category', async () => {
  // A lattice across the street, further apart than what joins by itself; four things that a storm leaves behind.
  const kinds = ['020104', '020105', '010402', '020302'];
  const informant = await service.as('informant-024');
  const told = await Promise.all(
    Array.from({ length: 200 }, async (_, i) => {
      const at = { lon: 110.0142 + (i % 20) * 0.0017, lat: 40.404 + Math.floor(i / 20) * 0.0015 };
      const body = { ...at, category: kinds[i % kinds.length], description: `积水 ${i}`, source: 'informant' };
      return (await (await informant('/api/reports', body)).json()) as { joined: boolean };
    }),
  );
  expect(told.filter(({ joined }) => joined)).toEqual([]);

  /** Somebody's queue of one kind and one area, where they are named: all of it gets this step. */
  const inBulk = async (page: Page, action: string, category = '', area = '') => {
    await page.locator('[data-storm-category]').selectOption(category);
    await page.locator('[data-storm-grid]').selectOption(area);
    await page.locator('[data-storm-all]').click();
    const bulk = page.locator(`[data-bulk=${action}]`);
    const many = Number(/\d+/.exec((await bulk.textContent()) ?? '')?.[0]);
    await bulk.click();
    // One of those that are merged takes in the others.
    await page.locator(`[data-storm-all="${action === 'merge' ? 1 : 0}"]`).waitFor();
    await page.waitForSelector('[data-storm=idle]');
    return many;
  };
  const desk = async (staff: string, queue: string) => {
    const visitor = await come(staff, '/desk');
    await visitor.page.locator(`[data-queue=${queue}]`).click();
    await visitor.page.locator('[data-storm-enter]').click();
    return visitor;
  };
  const head = await desk('cadre-01', 'to_verify');
  expect(await inBulk(head.page, 'verify')).toBe(200);
  const intake = await desk('office-02', 'intake');
  await intake.page.locator('[data-storm-all="200"]').waitFor();
  await shot(intake.page, 'storm-zh');
  await intake.isSound();
  expect(await inBulk(intake.page, 'accept')).toBe(200);
  await head.page.locator('[data-queue=filing]').click();
  // The river is dirty all along one grid: that is one matter.
  await head.page.locator('[data-storm-all="200"]').waitFor();
  const merged = (await inBulk(head.page, 'merge', '020105', '15062100100106')) - 1;
  expect(merged).toBeGreaterThan(0);
  expect(await inBulk(head.page, 'file')).toBe(200 - merged);

  const dispatcher = await desk('office-05', 'dispatch');
  const { page } = dispatcher;
  await page.locator(`[data-storm-all="${200 - merged}"]`).waitFor();
  const communities = ['150621001001', '150621001002', '150621001003', '150621001004'];
  let dispatched = 0;
  for (const kind of kinds) {
    for (const community of communities) dispatched += await inBulk(page, 'dispatch', kind, community);
  }
  expect(dispatched).toBe(200 - merged);
  await page.locator('[data-queue=dispatch]', { hasText: '0' }).waitFor();
  expect(await page.locator('[data-storm] [role=alert]').count()).toBe(0);
  for (const filter of ['category', 'grid']) await page.locator(`[data-storm-${filter}]`).selectOption('');
  await page.locator('[data-queue=all]').click();
  await page.locator(`[data-storm-all="${200 - merged}"]`).waitFor();
  for (const visitor of [head, intake, dispatcher]) await visitor.context.close();
}, 300_000);

test('an urgent case is shown until somebody has acknowledged it, and a shift is handed over on paper', async () => {
  const visitor = await come('office-05', '/desk');
  const { page } = visitor;
  await page.waitForSelector('[data-urgent="0"]', { state: 'attached' });
  const categories = (await (await fetch(`${service.origin}/api/categories`)).json()) as { categories: { code: string; urgency: string; visibility: string }[] };
  const urgent = categories.categories.find(({ urgency, visibility }) => urgency !== 'normal' && visibility === 'public');
  await service.report({ lon: 110.0351, lat: 40.4109, category: urgent?.code });
  await page.waitForSelector('[data-urgent="1"]');
  await visitor.isSound();
  await page.locator('[data-acknowledge]').click();
  await page.waitForSelector('[data-urgent="0"]', { state: 'attached' });
  await page.locator('[data-handover-open]').click();
  await page.locator('[data-handover] table').first().waitFor();
  await visitor.isSound();
  await shot(page, 'handover-zh');
  await visitor.context.close();
});

test('a page says whom it is for, and lets in by name and password', async () => {
  const visitor = await come('clerk-03', '/department');
  const { page } = visitor;
  await page.goto(`${service.origin}/desk`);
  await page.getByText('您的岗位不使用此页面').waitFor();
  await page.goto(`${service.origin}/department`);
  await page.locator('[data-account]').click();
  await page.locator('input[autocomplete=new-password]').fill('a long sentence of mine');
  await page.locator('dialog form button').click();
  await page.getByText('密码已设置').waitFor();
  await visitor.isSound();
  await page.keyboard.press('Escape');
  await page.getByText('退出').click();
  await page.locator('[data-sign-in]').waitFor();
  await visitor.isSound();
  await page.locator('input[autocomplete=username]').fill('clerk-03');
  await page.locator('input[autocomplete=current-password]').fill('a long sentence of mine');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-live=live]');
  await visitor.context.close();
});
