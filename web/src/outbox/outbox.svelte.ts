import { api, Refused } from '../api/client';
import { newKey } from '../api/key';
import { words } from '../words/words.svelte';
import { inStore } from './database';
import { about, type Deed, type Entry, send } from './entry';

const AGAIN_MS = 15_000;
/** Of what was sent, so many are still shown. */
const MOST_SENT = 10;

/** Why nothing goes out. */
export type HeldUp = 'offline' | 'signedOut';

/** What was done and not yet heard by the service: on disk, so that it survives whatever happens to the page. */
class Outbox {
  entries = $state.raw<readonly Entry[]>([]);
  isSending = $state(false);
  heldUp = $state<HeldUp>();
  /** How often something went out: what the service says may have changed. */
  sent = $state(0);

  waiting = $derived(this.entries.filter(({ state }) => state === 'waiting'));
  refused = $derived(this.entries.filter(({ state }) => state === 'refused'));

  #owner: string | undefined;
  #channel: BroadcastChannel | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #isAsked = false;

  /** Of whoever is there; what others did on this phone waits for them. */
  async open(owner: string): Promise<void> {
    this.close();
    this.#owner = owner;
    this.#channel = new BroadcastChannel('gridwatch outbox');
    this.#channel.onmessage = () => void this.#read();
    window.addEventListener('online', this.#flush);
    document.addEventListener('visibilitychange', this.#flush);
    this.#timer = setInterval(this.#flush, AGAIN_MS);
    await this.#read();
    this.#flush();
  }

  close(): void {
    this.#channel?.close();
    clearInterval(this.#timer);
    window.removeEventListener('online', this.#flush);
    document.removeEventListener('visibilitychange', this.#flush);
    [this.#owner, this.entries] = [undefined, []];
  }

  /** On disk when it answers; sent at once where that is possible. */
  async add(deed: Deed, photos: readonly Blob[], key = newKey()): Promise<string> {
    const entry = { key, owner: this.#owner, at: Date.now(), deed, photos: [...photos], state: 'waiting' };
    await inStore('outbox', 'readwrite', (store) => store.add(entry));
    await this.#changed();
    this.#flush();
    return key;
  }

  /** What waits on this phone, whoever did it. */
  async left(): Promise<number> {
    const all = await inStore<Entry[]>('outbox', 'readonly', (store) => store.getAll());
    return all.filter(({ state }) => state !== 'sent').length;
  }

  async drop({ id }: Entry): Promise<void> {
    await inStore('outbox', 'readwrite', (store) => store.delete(id));
    await this.#changed();
  }

  /** Sends what was refused once more, changed: with a key of its own, as it is another request. */
  async again(entry: Entry, deed: Deed, photos = entry.photos): Promise<string> {
    const { why: _, status: __, ...rest } = entry;
    const key = newKey();
    await this.#put({ ...rest, deed, photos: [...photos], key, state: 'waiting' });
    this.#flush();
    return key;
  }

  #flush = (): void => {
    if (this.isSending) this.#isAsked = true;
    else void this.#exclusively();
  };

  /** One tab at a time: the others find it sent. */
  async #exclusively(): Promise<void> {
    if (this.waiting.length === 0) return;
    this.isSending = true;
    this.#isAsked = false;
    try {
      const { locks } = navigator as { locks?: LockManager };
      if (!locks) await this.#sendAll();
      else await locks.request('gridwatch outbox', { ifAvailable: true }, (lock) => (lock ? this.#sendAll() : undefined));
    } finally {
      this.isSending = false;
    }
    if (this.#isAsked) await this.#exclusively();
  }

  async #sendAll(): Promise<void> {
    // Without a session a report would be taken as somebody else's.
    const who = await api.whoNow().catch(() => undefined);
    if (who?.name !== this.#owner) {
      this.heldUp = who ? 'signedOut' : 'offline';
      return;
    }
    this.heldUp = undefined;
    await this.#read();
    const stuck = new Set<string>();
    for (const entry of this.waiting) {
      if (stuck.has(about(entry))) continue;
      const isHeard = await this.#sendOne(entry);
      if (isHeard === 'later') stuck.add(about(entry));
      if (isHeard === 'no') break;
    }
    await this.#trim();
  }

  /** `later`: the service could not take this one; `no`: nothing gets through. */
  async #sendOne(entry: Entry): Promise<'yes' | 'later' | 'no'> {
    try {
      const answer = await send(entry, words.language);
      // The photos are the service's now.
      const { why: _, ...rest } = entry;
      await this.#put({ ...rest, state: 'sent', photos: [], ...(answer && { answer }) });
      this.sent += 1;
      return 'yes';
    } catch (error) {
      if (!(error instanceof Refused)) {
        this.heldUp = 'offline';
        return 'no';
      }
      const { status, message } = error;
      if (status === 401) this.heldUp = 'signedOut';
      if (status === 401 || status === 429) return 'no';
      const isForGood = status < 500 && status !== 408;
      await this.#put({ ...entry, state: isForGood ? 'refused' : 'waiting', why: message, status });
      return isForGood ? 'yes' : 'later';
    }
  }

  async #put(entry: Entry): Promise<void> {
    await inStore('outbox', 'readwrite', (store) => store.put(entry));
    await this.#changed();
  }

  async #trim(): Promise<void> {
    const sent = this.entries.filter(({ state }) => state === 'sent');
    for (const entry of sent.slice(0, Math.max(0, sent.length - MOST_SENT))) await this.drop(entry);
  }

  async #changed(): Promise<void> {
    this.#channel?.postMessage('changed');
    await this.#read();
  }

  async #read(): Promise<void> {
    const all = await inStore<Entry[]>('outbox', 'readonly', (store) => store.getAll());
    this.entries = all.filter(({ owner }) => owner === this.#owner);
  }
}

export const outbox = new Outbox();
