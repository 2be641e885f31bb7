import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Visitor, launch } from './browser';
import { Service } from './service';
import { shot } from './shots';

const PHONE = { locale: 'zh-CN', width: 360, height: 740, settled: '[data-report]' };

let service: Service;
let browser: Browser;

beforeAll(async () => {
  [service, browser] = await Promise.all([Service.start(), launch()]);
});

afterAll(async () => {
  await browser?.close();
  await service?.stop();
});

test('a resident reports from the code on a wall, follows the case and rates it', async () => {
  const url = `${service.origin}/report?place=${encodeURIComponent('福来西厕')}`;
  const visitor = await Visitor.open(browser, url, PHONE);
  const { page } = visitor;
  // No position may be used: the register knows the place by its name.
  await page.locator('[data-find]').click();
  await page.waitForSelector('[data-where=pin]');
  const buffer = await page.screenshot({ type: 'jpeg' });
  await page.locator('[data-photos]').setInputFiles({ name: 'a.jpg', mimeType: 'image/jpeg', buffer });
  await page.locator('[data-report] img').waitFor();
  await page.locator('[data-search]').fill('公共厕所');
  await page.locator('[data-pick="010301"]').click();
  await page.locator('[data-description]').fill('墙体开裂');
  await shot(page, 'report-zh');
  await visitor.isSound();
  await page.locator('[data-send]').click();
  const taken = page.locator('[data-taken]');
  await taken.getByText('兴盛园第七网格').waitFor();
  const number = (await taken.getAttribute('data-taken')) ?? '';
  await visitor.isSound();

  const [specialist, head] = await Promise.all([service.as('staff-07'), service.as('office-01')]);
  const { cases } = (await (await head('/api/cases')).json()) as { cases: { id: string; number: string }[] };
  const id = cases.find((one) => one.number === number)?.id ?? '';
  const solved = new FormData();
  solved.append('step', JSON.stringify({ action: 'solve', note: '已修补' }));
  solved.append('photo', new Blob([new Uint8Array(buffer)]));
  await specialist(`/api/cases/${id}/actions`, solved);
  await head(`/api/cases/${id}/actions`, { action: 'approve' });

  await page.getByRole('button', { name: '查询进度' }).click();
  expect(await page.locator('[data-number]').inputValue()).toBe(number);
  await page.getByRole('button', { name: '查询', exact: true }).click();
  await page.waitForSelector('[data-followed=closed]');
  await page.locator('[data-did=solve]').waitFor();
  await shot(page, 'report-follow-zh');
  await visitor.isSound();
  await page.locator('[data-stars="2"]').check();
  await page.locator('[data-rate] button').click();
  await page.getByText('您的评价：2 星').waitFor();
  await visitor.isSound();
  await visitor.context.close();
});

test('whoever says neither where nor what is told so, and in English too', async () => {
  const at = { longitude: 110.0331, latitude: 40.4109, accuracy: 8 };
  const visitor = await Visitor.open(browser, `${service.origin}/report`, { ...PHONE, locale: 'en-GB', at });
  const { page } = visitor;
  await page.locator('[data-send]').click();
  await page.getByText('Missing: Place').waitFor();
  await page.locator('[data-locate]').click();
  await page.waitForSelector('[data-where=fix]');
  await visitor.isSound();
  await page.locator('[data-search]').fill('manhole');
  expect(await page.locator('[data-pick]').count()).toBeGreaterThan(2);
  await page.locator('#tab-follow').click();
  await page.locator('[data-number]').fill('2026-000001');
  await page.locator('[data-secret]').fill('nobody-was-told-this');
  await page.getByRole('button', { name: 'Look it up' }).click();
  await page.getByRole('alert').waitFor();
  expect(await visitor.barriers()).toEqual([]);
  await visitor.context.close();
});
