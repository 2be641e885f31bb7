import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Visitor, launch } from './browser';
import { Farm } from './farm';
import { Service } from './service';
import { shot } from './shots';

/** The dry toilet (旱厕) of the seed: a wall is cracked, in the seventh grid of 兴盛园. */
const TOILET = { longitude: 110.0331, latitude: 40.4109, accuracy: 8 };
const PHONE = { locale: 'zh-CN', width: 360, height: 740, at: TOILET };
const PHOTO = { name: 'a.jpg', mimeType: 'image/jpeg', buffer: readFileSync(join(import.meta.dirname, '../../docs/images/map.jpg')) };

let farm: Farm;
let service: Service;
let browser: Browser;
/** In the command centre, on another machine. */
let wallBrowser: Browser;

beforeAll(async () => {
  farm = await Farm.start();
  const cameras = `[[camera]]\nid = "c1"\nname = "兴盛园北门"\nlon = 110.0331\nlat = 40.4105\nsub = "${farm.uri}"\n`;
  [service, browser, wallBrowser] = await Promise.all([Service.of(cameras), launch(), launch()]);
});

afterAll(async () => {
  await Promise.all([browser?.close(), wallBrowser?.close()]);
  await service?.stop();
  farm?.stop();
});

const onPhone = (staff: string) =>
  Visitor.open(browser, service.linkFor(staff, '/phone'), { ...PHONE, settled: '[role=tablist]' });
const atDesk = (staff: string, page = '/desk') =>
  Visitor.open(browser, service.linkFor(staff, page), { locale: 'zh-CN', settled: '[data-live=live]' });

/** With a photo, from where one stands. */
async function tell(page: Page, description: string): Promise<void> {
  await page.locator('[data-photos]').setInputFiles(PHOTO);
  await page.locator('[data-report] img').waitFor();
  await page.waitForSelector('[data-where=fix]');
  await page.locator('[data-search]').fill('公共厕所');
  await page.locator('[data-pick="010301"]').click();
  await page.locator('[data-description]').fill(description);
  await page.locator('[data-send]').click();
}

test('the seed’s case goes around the loop by the pages of those whose steps they are, and the wall shows each', async () => {
  const wall = await Visitor.open(wallBrowser, `${service.origin}/wall#token=${service.token('wall', 'display')}`, {
    locale: 'zh-CN',
    settled: '[data-live=live]',
  });
  await wall.page.locator('[data-figure=open]', { hasText: '0' }).waitFor();
  /** The newest that the wall tells of the case. */
  const shows = (status: string) => wall.page.locator(`[data-feed] li:first-child [data-status=${status}]`).waitFor();

  const informant = await onPhone('informant-024');
  await tell(informant.page, '厕所墙体开裂');
  await informant.page.waitForSelector('[data-told=sent]');
  const number = (await informant.page.locator('[data-number]').textContent()) ?? '';
  await shows('to_verify');
  const [first] = await wall.page.locator('[data-feed] button').all();
  const id = (await first?.getAttribute('data-case')) ?? '';
  await wall.page.locator('[data-figure=open]', { hasText: '1' }).waitFor();

  // Somebody without an account tells of the same: it is one case, and theirs to follow.
  const resident = await Visitor.open(browser, `${service.origin}/report`, { ...PHONE, settled: '[data-report]' });
  await resident.page.locator('[data-locate]').click();
  await tell(resident.page, '旱厕的墙裂了');
  await resident.page.locator(`[data-taken="${number}"]`).waitFor();
  await wall.page.locator(`[data-feed] [data-case="${id}"]`, { hasText: '×2' }).waitFor();

  const specialist = await onPhone('staff-07');
  const takeUp = async () => {
    await specialist.page.locator('#tab-tasks').click();
    await specialist.page.locator(`[data-case="${id}"]`).click();
  };
  await takeUp();
  await specialist.page.locator('[data-action=verify]').click();
  await shows('to_accept');

  const desk = async (staff: string, action: string) => {
    const visitor = await atDesk(staff);
    await visitor.page.locator(`[data-case="${id}"]`).click();
    await visitor.page.locator(`[data-action=${action}]`).click();
    return visitor;
  };
  const intake = await desk('office-02', 'accept');
  await shows('to_file');
  const head = await desk('cadre-01', 'file');
  await shows('to_dispatch');
  const dispatcher = await desk('office-05', 'dispatch');
  expect(await dispatcher.page.locator('[data-lead]').inputValue()).toBe('HWJ');
  await dispatcher.page.locator('[data-take]').click();
  await shows('to_sign');

  const clerk = await atDesk('clerk-03', '/department');
  await clerk.page.locator(`[data-case="${id}"]`).click();
  await clerk.page.locator('[data-action=sign]').click();
  await shows('handling');
  await shot(wall.page, 'seed-wall-zh');
  await clerk.page.locator('[data-action=handle]').click();
  await clerk.page.locator('[data-photos]').setInputFiles(PHOTO);
  await clerk.page.locator('[data-note]').fill('已修补');
  await clerk.page.locator('[data-take]').click();
  await shows('to_check');

  await specialist.page.reload();
  await takeUp();
  await specialist.page.locator('[data-action=pass]').click();
  await specialist.page.getByLabel('2 星').check();
  await specialist.page.locator('[data-take]').click();
  await shows('to_close');

  await head.page.locator('[data-action=close]').click();
  await shows('closed');
  await wall.page.locator('[data-figure=open]', { hasText: '0' }).waitFor();
  await wall.page.locator('[data-figure=today]', { hasText: '1' }).waitFor();
  const steps = await head.page.locator('[data-trail] > li').evaluateAll((all) => all.map((li) => li.getAttribute('data-did')));
  expect(steps).toEqual(['close', 'pass', 'handle', 'sign', 'dispatch', 'file', 'accept', 'verify', 'join', 'open']);

  await resident.page.getByRole('button', { name: '查询进度' }).click();
  await resident.page.getByRole('button', { name: '查询', exact: true }).click();
  await resident.page.waitForSelector('[data-followed=closed]');
  await resident.page.locator('[data-stars="2"]').check();
  await resident.page.locator('[data-rate] button').click();
  await resident.page.getByText('您的评价：2 星').waitFor();

  for (const visitor of [wall, informant, resident, specialist, intake, head, dispatcher, clerk]) {
    expect(visitor.abroad).toEqual([]);
    expect(visitor.complaints).toEqual([]);
    await visitor.context.close();
  }
}, 300_000);
