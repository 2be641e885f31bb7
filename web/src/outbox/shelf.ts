import type { Shelf } from '../api/client';
import { inStore } from './database';

/** What seldom changes is used as it was kept, and kept anew for the next time: the page opens without waiting. */
const FIRST = new Set(['/api/site', '/api/grids', '/api/departments', '/api/categories']);
/** What changes is asked for, and used as it was where nothing comes back. */
const LAST = /^\/api\/(session|me\/tasks|me\/state|cases\/[^/?]+)$/;
/** The newest stay. */
const MOST_CASES = 60;

interface Kept {
  path: string;
  at: number;
  answer: unknown;
}

const isCase = (path: string): boolean => path.startsWith('/api/cases/');

class PhoneShelf implements Shelf {
  keeps(path: string): 'first' | 'last' | undefined {
    if (FIRST.has(path)) return 'first';
    return LAST.test(path) ? 'last' : undefined;
  }

  async get(path: string): Promise<unknown> {
    return (await this.#kept(path))?.answer;
  }

  /** When it was heard. */
  async heardAt(path: string): Promise<number | undefined> {
    return (await this.#kept(path))?.at;
  }

  /** A phone whose disk is full still works, as long as there is a network. */
  async put(path: string, answer: unknown): Promise<void> {
    const kept: Kept = { path, at: Date.now(), answer };
    await inStore('shelf', 'readwrite', (store) => store.put(kept)).catch(() => undefined);
    if (isCase(path)) await this.#trim();
  }

  /** Whoever leaves leaves nothing of the own work behind. */
  async forget(): Promise<void> {
    const paths = await inStore('shelf', 'readonly', (store) => store.getAllKeys());
    for (const path of paths) {
      if (!FIRST.has(String(path))) await inStore('shelf', 'readwrite', (store) => store.delete(path));
    }
  }

  async #kept(path: string): Promise<Kept | undefined> {
    return inStore<Kept | undefined>('shelf', 'readonly', (store) => store.get(path)).catch(() => undefined);
  }

  async #trim(): Promise<void> {
    const range = IDBKeyRange.bound('/api/cases/', '/api/cases/\uffff');
    const count = await inStore('shelf', 'readonly', (store) => store.count(range)).catch(() => 0);
    if (count <= MOST_CASES) return;
    const cases = await inStore<Kept[]>('shelf', 'readonly', (store) => store.getAll(range));
    for (const { path } of cases.sort((a, b) => b.at - a.at).slice(MOST_CASES)) {
      await inStore('shelf', 'readwrite', (store) => store.delete(path));
    }
  }
}

export const shelf = new PhoneShelf();
