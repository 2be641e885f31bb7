import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PAINT } from '../src/map/style';
import { COLOR } from '../src/cases/mark';
import { FINDING } from '../src/findings/mark';
import { Eye, Visitor, launch } from './browser';
import { Service } from './service';

const BIN = { lon: 110.0331, lat: 40.4109 };
const BIN_OVERFLOWS = { ...BIN, accuracy_m: 8, category: '020120', description: '垃圾箱满溢' };

/** One pixel of heat. */

let service: Service;
let browser: Browser;
let eye: Eye;

beforeAll(async () => {
  [service, browser] = await Promise.all([Service.start(), launch()]);
  eye = await Eye.open(browser);
});

afterAll(async () => {
  await browser?.close();
  await service?.stop();
});

test('a visitor sees the map and how to sign in', async () => {
  const visitor = await Visitor.open(browser, service.origin, { locale: 'en-GB' });
  const { page } = visitor;
  await page.getByText('Sign in to see cases').waitFor();
  expect(await page.locator('tbody tr').count()).toBe(28);
  const map = await page.locator('[data-map]').screenshot();
  expect(await eye.count(map, PAINT.grid)).toBeGreaterThan(1_000);
  expect(await eye.count(map, PAINT.community)).toBeGreaterThan(1_000);
  await page.locator('[data-grid="15062100100107"]').click();
  await page.getByRole('complementary').getByText('214').waitFor();
  await visitor.isSound();
  await visitor.context.close();
});

test('a report arrives live on map and feed, and its case says why', async () => {
  const visitor = await Visitor.open(browser, service.signInLink, { locale: 'zh-CN' });
  const { page } = visitor;
  await page.waitForSelector('[data-live=live]');
  expect(page.url()).toBe(`${service.origin}/`);
  expect(await page.title()).toBe('工业街道 · 一张图');

  const at = await visitor.pointOf(BIN.lon, BIN.lat);
  const around = { x: at.x - 10, y: at.y - 10, width: 20, height: 20 };
  const looks = async () => eye.count(await page.screenshot({ clip: around }), COLOR.new, 8);
  expect(await looks()).toBe(0);

  const told = await service.report(BIN_OVERFLOWS);
  await page.locator(`[data-feed] [data-case="${told.case_id}"]`).waitFor();
  await page.waitForSelector('canvas[data-drawn="1"]');
  await expect.poll(looks).toBeGreaterThan(20);
  await page.locator('[data-figure=open]', { hasText: '1' }).waitFor();

  await page.mouse.click(at.x, at.y);
  const panel = page.getByRole('complementary');
  await panel.getByText(told.number).waitFor();
  await panel.getByText('垃圾箱满溢').first().waitFor();
  await panel.getByText('兴盛园社区').waitFor();
  expect(await panel.locator('[data-why] li').first().textContent()).toContain('兴盛园第七网格');
  await visitor.isSound();

  await page.locator('[data-language]').click();
  await panel.getByText('lies in grid Xingshengyuan Grid 7').waitFor();
  expect(await page.title()).toBe('Gongye Subdistrict · Map');
  expect(await page.locator('html').getAttribute('lang')).toBe('en-GB');
  await visitor.isSound();

  await page.keyboard.press('Escape');
  await panel.waitFor({ state: 'detached' });
  for (const tab of ['Cases', 'Grids']) {
    await page.getByRole('tab', { name: tab }).click();
    await visitor.isSound();
  }

  // What happens while the service is away or the page is cut off is caught up with.
  await service.halt();
  await page.waitForSelector('[data-live=waiting]');
  await service.restart();
  const again = await service.report({ lon: 110.0202, lat: 40.4051, category: '020104' });
  await page.waitForSelector('[data-live=live]');
  await page.getByRole('tab', { name: 'Feed' }).click();
  await page.locator(`[data-feed] [data-case="${again.case_id}"]`).waitFor();
  await page.locator('[data-figure=open]', { hasText: '2' }).waitFor();
  expect(visitor.abroad).toEqual([]);
  await visitor.context.close();
});

test('the page is of use on a phone', async () => {
  const visitor = await Visitor.open(browser, service.origin, { locale: 'zh-CN', width: 390, height: 844 });
  const { page } = visitor;
  await page.getByText('登录后查看案件').waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  const labels = page.getByLabel('网格名称');
  expect(await labels.isVisible()).toBe(false);
  await page.locator('[data-layers]').click();
  expect(await labels.isVisible()).toBe(true);
  await visitor.isSound();
  await visitor.context.close();
});

test('heat lies under the grids with its legend, and a camera shows what it looks at', async () => {
  await service.restart();
  const visitor = await Visitor.open(browser, service.signInLink, { locale: 'zh-CN' });
  const { page } = visitor;
  await page.getByText('起/平方公里').waitFor();
  const picture = () => page.locator('[data-map]').screenshot();
  // The orange half of the ramp, through which the ground is seen.
  const warm = async () => eye.count(await picture(), '#a5521d', 30);
  await expect.poll(warm).toBeGreaterThan(500);
  await page.getByLabel('热力（24 小时）').uncheck();
  await expect.poll(warm).toBeLessThan(50);

  await page.getByRole('tab', { name: '网格' }).click();
  await page.locator('[data-grid="15062100100107"]').click();
  await page.waitForSelector('[data-map=busy]');
  await page.waitForSelector('[data-map=idle]');
  const cameras = await page.evaluate(async () => (await (await fetch('/api/cameras')).json()).features);
  const yellow = async () => eye.count(await picture(), PAINT.cone, 24);
  const before = await yellow();
  const found = await firstInSight(visitor, cameras);
  await page.mouse.click(found.x, found.y);
  await page.getByRole('complementary').getByText(found.name).waitFor();
  await expect.poll(yellow).toBeGreaterThan(before + 50);
  await visitor.isSound();
  await visitor.context.close();
});

interface CameraFeature {
  geometry: { coordinates: [number, number] } | null;
  properties: { name: string };
}

/** The first camera in the middle of the picture, away from panels and from the only case. */
async function firstInSight(visitor: Visitor, cameras: CameraFeature[]) {
  const bin = await visitor.pointOf(BIN.lon, BIN.lat);
  for (const { geometry, properties } of cameras) {
    if (!geometry) continue;
    const { x, y } = await visitor.pointOf(...geometry.coordinates);
    const isClear = Math.hypot(x - bin.x, y - bin.y) > 40;
    if (isClear && x > 600 && x < 1_200 && y > 200 && y < 900) return { x, y, name: properties.name };
  }
  throw new Error('no camera is in sight');
}

/** Opens the first finding; whether a press on its decision would be taken at once, and when the panel has settled. */
const underTheSecondTap = (page: Page) =>
  page.evaluate(async () => {
    document.querySelector<HTMLElement>('[data-finding]')?.click();
    await new Promise((done) => requestAnimationFrame(done));
    const confirm = document.querySelector('[data-confirm]');
    const isTaken = () => {
      confirm?.scrollIntoView({ block: 'center' });
      const { x = 0, y = 0, width = 0, height = 0 } = confirm?.getBoundingClientRect() ?? {};
      return document.elementFromPoint(x + width / 2, y + height / 2) === confirm;
    };
    const atOnce = isTaken();
    await Promise.all(document.getAnimations().map((animation) => animation.finished));
    return [atOnce, isTaken()];
  });

/** Width by height of a finding's picture, and of what its box is drawn on. */
async function proportions(panel: Locator) {
  const of = async (selector: string) => {
    const box = await panel.locator(selector).first().boundingBox();
    return box ? Math.round((100 * box.width) / box.height) / 100 : 0;
  };
  return { picture: await of('img'), box: await of('img + svg') };
}

test('a person before a camera is a finding, and one tap makes it a case with its picture', async () => {
  const watched = await Service.start(['cam-239']);
  const visitor = await Visitor.open(browser, watched.signInLink, { locale: 'zh-CN' });
  const { page } = visitor;
  await page.waitForSelector('[data-live=live]');
  await page.locator('#tab-findings').click();
  const finding = page.locator('[data-finding]').first();
  await finding.waitFor({ timeout: 60_000 });
  await expect.poll(async () => eye.count(await page.screenshot(), FINDING, 8)).toBeGreaterThan(20);
  const panel = page.getByRole('complementary');
  for (const [width, height] of [[390, 844], [844, 390], [1280, 600]] as const) {
    await page.setViewportSize({ width, height });
    expect(await underTheSecondTap(page)).toEqual([false, true]);
    expect(await proportions(panel)).toEqual({ picture: 1.78, box: 1.78 });
    await page.keyboard.press('Escape');
  }
  await page.setViewportSize({ width: 1920, height: 1080 });
  await finding.click();
  await panel.getByText('水域秩序').waitFor();
  const picture = panel.locator('img').first();
  const isSeen = async () => picture.evaluate((img: HTMLImageElement) => img.naturalWidth);
  await expect.poll(isSeen).toBeGreaterThan(100);
  await visitor.isSound();

  await panel.locator('[data-confirm]').click();
  await panel.locator('[data-why]').waitFor();
  await panel.getByText('摄像机 cam-239').waitFor();
  await expect.poll(isSeen).toBeGreaterThan(100);
  await panel.locator('[data-cameras] button').first().click();
  await panel.locator('[data-frame]').waitFor();
  await visitor.isSound();
  await visitor.context.close();
  await watched.stop();
});
