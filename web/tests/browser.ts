import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContext, type Page, chromium } from 'playwright-core';
import { expect } from 'vitest';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Debian's Chromium, with WebGL in software: the same everywhere. */
export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--enable-unsafe-swiftshader', '--use-angle=swiftshader'],
  });

/** A page that remembers what it asked for and what went wrong in it. */
export class Visitor {
  /** Addresses that are not the service's. */
  readonly abroad: string[] = [];
  readonly complaints: string[] = [];

  private constructor(
    readonly context: BrowserContext,
    public page: Page,
  ) {}

  static async open(browser: Browser, url: string, options: Options): Promise<Visitor> {
    const { locale, width = 1920, height = 1080, at, settled = '[data-map=idle]' } = options;
    const context = await browser.newContext({ locale, viewport: { width, height } });
    context.setDefaultTimeout(Number(process.env.PATIENCE_MS ?? 60_000));
    if (at) {
      await context.grantPermissions(['geolocation']);
      await context.setGeolocation(at);
    }
    const visitor = new Visitor(context, await context.newPage());
    visitor.#watch(visitor.page, new URL(url).host);
    await visitor.page.goto(url);
    await visitor.page.waitForSelector(settled);
    return visitor;
  }

  /** Closes the page and opens it anew, as whoever comes back to it does. */
  async reopen(url: string): Promise<void> {
    await this.page.close();
    this.page = await this.context.newPage();
    this.#watch(this.page, new URL(url).host);
    await this.page.goto(url);
  }

  #watch(page: Page, host: string): void {
    const look = (address: string) => {
      const to = new URL(address);
      if (!['data:', 'blob:'].includes(to.protocol) && to.host !== host) this.abroad.push(address);
    };
    page.on('request', (request) => look(request.url()));
    page.on('websocket', (socket) => look(socket.url()));
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(`${message.text()} ${message.location().url}`);
    });
  }

  /** Nothing left the host, nothing went wrong, nobody is shut out, nothing hangs over the edge. */
  async isSound(): Promise<void> {
    expect(await this.barriers()).toEqual([]);
    expect(this.abroad).toEqual([]);
    expect(this.complaints).toEqual([]);
    expect(await this.page.evaluate(() => document.documentElement.scrollWidth)).toBe(this.page.viewportSize()?.width);
  }

  /** What axe finds against WCAG 2.2 A and AA, as text that says where. */
  async barriers(): Promise<string[]> {
    await this.page.evaluate(axe);
    const { violations } = await this.page.evaluate(() =>
      (globalThis as unknown as { axe: { run: (o: object) => Promise<AxeResult> } }).axe.run({
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
      }),
    );
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
    );
  }

  /** Where a position lies on the page, by the Web Mercator projection that the map says it shows. */
  async pointOf(lon: number, lat: number): Promise<{ x: number; y: number }> {
    const map = this.page.locator('[data-view]');
    const box = await map.boundingBox();
    const view = await map.getAttribute('data-view');
    if (!box || !view) throw new Error('the map does not say where it stands');
    const [atLon, atLat, zoom] = view.split(' ').map(Number) as [number, number, number];
    const world = 512 * 2 ** zoom;
    const y = (degrees: number) => Math.asinh(Math.tan((degrees * Math.PI) / 180)) / (2 * Math.PI);
    return {
      x: box.x + box.width / 2 + (world * (lon - atLon)) / 360,
      y: box.y + box.height / 2 - world * (y(lat) - y(atLat)),
    };
  }
}

interface Options {
  locale: string;
  width?: number;
  height?: number;
  /** Where its phone is. */
  at?: { longitude: number; latitude: number; accuracy: number };
  /** What is there when the page stands; its map unless it has none. */
  settled?: string;
}

interface AxeResult {
  violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
}

/** Counts the pixels of a picture that have a colour, in a page of its own. */
export class Eye {
  private constructor(private readonly page: Page) {}

  static open = async (browser: Browser): Promise<Eye> => new Eye(await browser.newPage());

  async count(png: Buffer, color: string, tolerance = 6): Promise<number> {
    return this.page.evaluate(
      async ([data, wanted, slack]) => {
        const picture = new Image();
        picture.src = `data:image/png;base64,${data}`;
        await picture.decode();
        const canvas = new OffscreenCanvas(picture.width, picture.height);
        const ctx = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
        ctx.drawImage(picture, 0, 0);
        const { data: pixels } = ctx.getImageData(0, 0, picture.width, picture.height);
        const rgb = [1, 3, 5].map((at) => Number.parseInt(wanted.slice(at, at + 2), 16));
        let count = 0;
        for (let i = 0; i < pixels.length; i += 4) {
          if (rgb.every((value, k) => Math.abs((pixels[i + k] as number) - value) <= slack)) count++;
        }
        return count;
      },
      [png.toString('base64'), color, tolerance] as const,
    );
  }
}
