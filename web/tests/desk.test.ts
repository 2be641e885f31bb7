import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
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

test('a storm of reports is verified, filed and dispatched by the dozen', async () => {
  const reports = Array.from({ length: 24 }, (_, i) => ({
    lon: 110.0202 + (i % 6) * 0.0031,
    lat: 40.4013 + Math.floor(i / 6) * 0.0031,
    category: '020104',
    description: `积水 ${i}`,
  }));
  await Promise.all(reports.map((report) => service.report(report)));
  const desk = async (staff: string, action: string, queue: string) => {
    const visitor = await come(staff, '/desk');
    const { page } = visitor;
    await page.locator(`[data-queue=${queue}]`).click();
    await page.locator('[data-storm-enter]').click();
    await page.locator('[data-storm-category]').selectOption('020104');
    await page.locator('[data-storm-all]').click();
    if (queue === 'intake') {
      await shot(page, 'storm-zh');
      await visitor.isSound();
    }
    const bulk = page.locator(`[data-bulk=${action}]`);
    const many = Number(/\d+/.exec((await bulk.textContent()) ?? '')?.[0]);
    await bulk.click();
    await page.locator(`[data-storm-done="${many}"]`).waitFor();
    await visitor.context.close();
    return many;
  };
  const many = await desk('cadre-01', 'verify', 'to_verify');
  expect(many).toBeGreaterThan(12);
  expect(await desk('office-02', 'accept', 'intake')).toBe(many);
  expect(await desk('cadre-01', 'file', 'filing')).toBe(many);
  expect(await desk('office-05', 'dispatch', 'dispatch')).toBe(many);
});

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
