import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

/** Where `make shots` puts pictures of the pages; absent in a plain test. */
const FOLDER = process.env.SHOTS;

/** Keeps a picture of the page, where pictures are wanted. */
export async function shot(page: Page, name: string): Promise<void> {
  if (!FOLDER) return;
  mkdirSync(FOLDER, { recursive: true });
  // Where there is a map, with the map.
  if (await page.locator('[data-map]').count()) await page.waitForSelector('[data-map=idle]');
  await page.screenshot({ path: join(FOLDER, `${name}.png`) });
}
