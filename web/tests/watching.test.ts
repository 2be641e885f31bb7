import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Visitor, launch } from './browser';
import { Farm } from './farm';
import { Service } from './service';

let farm: Farm;
let service: Service;
let browser: Browser;

beforeAll(async () => {
  farm = await Farm.start();
  const cameras = `[[camera]]\nid = "c1"\nname = "gate"\nsub = "${farm.uri}"\n`;
  [service, browser] = await Promise.all([Service.of(cameras), launch()]);
});

afterAll(async () => {
  await browser?.close();
  await service?.stop();
  farm?.stop();
});

test('a browser plays a camera live, from its first picture on and without a gap', async () => {
  const visitor = await Visitor.open(browser, service.signInLink, { locale: 'en-GB' });
  await visitor.page.waitForSelector('[data-live=live]');
  const seen = await visitor.page.evaluate(async () => {
    const video = document.createElement('video');
    video.muted = true;
    document.body.append(video);
    const source = new MediaSource();
    video.src = URL.createObjectURL(source);
    await new Promise((open) => source.addEventListener('sourceopen', open, { once: true }));
    const line = new WebSocket(`ws://${location.host}/api/cameras/c1/live`);
    line.binaryType = 'arraybuffer';
    let buffer: SourceBuffer | undefined;
    const waiting: ArrayBuffer[] = [];
    const feed = () => {
      const next = buffer && !buffer.updating && waiting.shift();
      if (next) buffer?.appendBuffer(next);
    };
    line.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (typeof data !== 'string') {
        waiting.push(data);
        feed();
        return;
      }
      const said = JSON.parse(data) as { type: string; codec: string };
      if (said.type !== 'begin' || buffer) return;
      buffer = source.addSourceBuffer(`video/mp4; codecs="${said.codec}"`);
      buffer.onupdateend = feed;
    };
    await new Promise((loaded) => video.addEventListener('loadeddata', loaded, { once: true }));
    await video.play();
    while (video.currentTime < 4 && !video.error) await new Promise((next) => setTimeout(next, 50));
    const { buffered } = video;
    const behind = buffered.end(buffered.length - 1) - video.currentTime;
    line.close();
    return { width: video.videoWidth, ranges: buffered.length, behind, error: video.error?.message };
  });
  expect(seen).toMatchObject({ width: 320, ranges: 1, error: undefined });
  expect(seen.behind).toBeLessThan(2);
  expect(visitor.complaints).toEqual([]);
  await visitor.context.close();
});
