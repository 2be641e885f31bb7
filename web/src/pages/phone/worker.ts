// The phone page's service worker: the page itself opens without a network. What the service says is none of its business:
// that is kept by the page (`outbox/shelf`), for whoever has signed in.

interface Lasting extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetching extends Lasting {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Worker {
  addEventListener(event: 'install' | 'activate', then: (event: Lasting) => void): void;
  addEventListener(event: 'fetch', then: (event: Fetching) => void): void;
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
}
const worker = self as unknown as Worker;

const SHELF = 'gridwatch-phone';
const PAGE = '/phone';
const BESIDE = ['/phone.webmanifest', '/assets/phone-192.png'];
/** Some generations of the page, and the map once it was asked for. */
const MOST = 60;

/** Brings the page with all that it loads at first; only when everything is there, the page itself. */
async function bring(): Promise<Response> {
  const answer = await fetch(PAGE, { cache: 'no-cache' });
  if (!answer.ok) throw new Error(`${PAGE}: ${answer.status}`);
  const shelf = await caches.open(SHELF);
  const html = await answer.clone().text();
  const parts = new Set([...(html.match(/\/assets\/[\w.-]+/g) ?? []), ...BESIDE]);
  await Promise.all([...parts].map(async (part) => (await shelf.match(part)) ?? shelf.add(part)));
  await shelf.put(PAGE, answer.clone());
  for (const old of (await shelf.keys()).slice(0, -MOST)) {
    const { pathname } = new URL(old.url);
    if (pathname !== PAGE && !parts.has(pathname)) await shelf.delete(old);
  }
  return answer;
}

/** As it was kept, so that nobody waits for a slow line; what is new shows the next time. */
async function page(event: Fetching): Promise<Response> {
  const kept = await (await caches.open(SHELF)).match(PAGE);
  const fresh = bring();
  if (!kept) return fresh;
  event.waitUntil(fresh.catch(() => undefined));
  return kept;
}

/** Names under `/assets/` hold a hash of what is in them: what is kept is right. */
async function asset(request: Request): Promise<Response> {
  const shelf = await caches.open(SHELF);
  const kept = await shelf.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await shelf.put(request, answer.clone());
  return answer;
}

worker.addEventListener('install', (event) => event.waitUntil(bring().then(() => worker.skipWaiting())));
worker.addEventListener('activate', (event) => event.waitUntil(worker.clients.claim()));
worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  if (request.mode === 'navigate' && pathname === PAGE) event.respondWith(page(event));
  else if (pathname.startsWith('/assets/') || BESIDE.includes(pathname)) event.respondWith(asset(request));
});
