import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Visitor, launch } from './browser';
import { Farm } from './farm';
import { Service } from './service';
import { shot } from './shots';

let farm: Farm;
let service: Service;
let browser: Browser;

beforeAll(async () => {
  farm = await Farm.start();
  const cameras = `[[camera]]\nid = "c1"\nname = "兴盛园北门"\nlon = 110.0331\nlat = 40.4105\nsub = "${farm.uri}"\n`;
  [service, browser] = await Promise.all([Service.of(cameras), launch()]);
});

afterAll(async () => {
  await browser?.close();
  await service?.stop();
  farm?.stop();
});

/** By all whose steps they are, until its department has reported it done. */
async function handle(id: string): Promise<void> {
  const photo = new Blob([new Uint8Array(readFileSync(join(import.meta.dirname, '../../docs/images/map.jpg')))]);
  for (const [staff, step] of [
    ['cadre-01', { action: 'verify' }],
    ['office-02', { action: 'accept' }],
    ['cadre-01', { action: 'file' }],
    ['office-05', { action: 'dispatch', lead: 'HWJ' }],
    ['clerk-03', { action: 'sign' }],
    ['clerk-03', { action: 'handle', note: '已清扫' }],
  ] as const) {
    const form = new FormData();
    form.append('step', JSON.stringify(step));
    if (step.action === 'handle') form.append('photo', photo);
    await (await service.as(staff))(`/api/cases/${id}/actions`, form);
  }
}

test('a screen that nobody sits at shows the street by its token, live, and every figure opens to what it counts', async () => {
  const link = `${service.origin}/wall#token=${service.token('wall', 'display')}`;
  const roads = [];
  for (let i = 0; i < 12; i++) {
    roads.push(await service.report({ lon: 110.0202 + i * 0.0011, lat: 40.4051 + (i % 4) * 0.0021, category: '020104' }));
  }
  const handled = roads[0]?.case_id ?? '';
  await handle(handled);
  // One that was over before anybody looked is of today all the same.
  const over = await service.report({ lon: 110.0331, lat: 40.4105, category: '020301' });
  const specialist = await service.as('staff-07');
  await specialist(`/api/cases/${over.case_id}/actions`, { action: 'disprove', note: '现场无此情况' });
  await specialist('/api/me/state', { on_duty: true, lon: 110.0331, lat: 40.4105 });
  const visitor = await Visitor.open(browser, link, { locale: 'zh-CN' });
  const { page } = visitor;
  await page.waitForSelector('[data-live=live]');
  await page.locator('[data-figure=open]', { hasText: '12' }).waitFor();
  await page.locator('[data-figure=today]', { hasText: '13' }).waitFor();
  await page.locator('[data-figure=mean]', { hasText: /秒|分/ }).waitFor();
  await page.locator('[data-figure=workers]', { hasText: '1' }).waitFor();
  await page.waitForSelector('canvas[data-workers="1"]');
  await page.waitForSelector('[data-video=playing]');
  const playedFor = () => page.locator('video').evaluate((video: HTMLVideoElement) => video.currentTime);
  const before = await playedFor();
  await expect.poll(playedFor).toBeGreaterThan(before + 0.5);

  const told = await service.report({ lon: 110.0331, lat: 40.4109, category: '020120' });
  await page.locator('[data-figure=open]', { hasText: '13' }).waitFor();
  await page.locator(`[data-feed] [data-case="${told.case_id}"]`).waitFor();
  await shot(page, 'wall-zh');
  await visitor.isSound();

  await page.locator('[data-figure=open] button').click();
  await page.locator(`[data-behind] [data-case="${told.case_id}"]`).click();
  await page.locator('[data-why] li').first().waitFor();
  await visitor.isSound();
  await page.keyboard.press('Escape');
  // How long departments took, who is out there, and the map as a table.
  for (const [opens, holds] of [
    ['[data-figure=mean] button', `[data-case="${handled}"]`],
    ['[data-figure=closed] button', 'table'],
    ['[data-figure=workers] button', '[data-worker="staff-07"]'],
    ['[data-table]', `[data-case="${told.case_id}"]`],
  ] as const) {
    await page.locator(opens).click();
    await page.locator(`[data-behind] ${holds}`).first().waitFor();
    await visitor.isSound();
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });
  }
  await page.locator('[data-rank="150621001001"]').click();
  await page.getByRole('complementary').getByText('兴盛园社区').first().waitFor();
  await page.locator('[data-language]').click();
  await visitor.isSound();
  await shot(page, 'wall-en');

  // It may do nothing but show, and is a screen no more once its token has ended.
  const step = await page.evaluate(async (id) => {
    const body = JSON.stringify({ action: 'verify' });
    return (await fetch(`/api/cases/${id}/actions`, { method: 'POST', body })).status;
  }, told.case_id);
  expect(step).toBe(403);
  service.revoke('wall');
  expect(await page.evaluate(async () => (await (await fetch('/api/session')).json()).kind)).toBe('resident');
  await visitor.context.close();
});

test.each([
  [3840, 2160, ''],
  [5120, 1440, ''],
  [1920, 1080, '?width_m=1.2&distance_m=3'],
] as const)('the wall fits %i × %i%s', async (width, height, query) => {
  const link = `${service.origin}/wall${query}#token=${service.token(`wall-${width}${query.length}`, 'display')}`;
  const visitor = await Visitor.open(browser, link, { locale: 'zh-CN', width, height, settled: '[data-live=live]' });
  const { page } = visitor;
  const size = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]);
  expect(size).toEqual([width, height]);
  await shot(page, `wall-${width}${query ? '-far' : ''}`);
  expect(visitor.complaints).toEqual([]);
  await visitor.context.close();
});
