import { type Language, Unreachable } from '../api/client';
import type { Named } from '../api/resources';
import type { Key } from './zh';

const KEPT = 'gridwatch.language';

function first(): Language {
  const kept = localStorage.getItem(KEPT);
  if (kept === 'zh' || kept === 'en') return kept;
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

type Table = Record<Key, string>;

/** One language is enough for most: the other is fetched by whoever asks for it. */
const TABLES: Record<Language, () => Promise<Table>> = {
  zh: async () => (await import('./zh')).zh,
  en: async () => (await import('./en')).en,
};

class Words {
  language: Language = $state('zh');
  table: Table = $state.raw({} as Table);

  constructor(language: Language, table: Table) {
    [this.language, this.table] = [language, table];
  }

  /** For `lang` attributes and `Intl`. */
  get locale(): string {
    return this.language === 'zh' ? 'zh-CN' : 'en-GB';
  }

  /** Without a network the other language may not be there: then nothing changes. */
  async switch(): Promise<void> {
    const other = this.language === 'zh' ? 'en' : 'zh';
    const table = await TABLES[other]().catch(() => undefined);
    if (!table) return;
    [this.language, this.table] = [other, table];
    localStorage.setItem(KEPT, other);
  }
}

const begun = first();

export const words = new Words(begun, await TABLES[begun]());

const fill = (text: string, params: Record<string, string | number>): string =>
  text.replace(/\{(\w+)\}/g, (all, name: string) => String(params[name] ?? all));

/** The sentence of a key in the page's language. */
export function t(key: Key, params: Record<string, string | number> = {}): string {
  return fill(words.table[key], params);
}

type Family =
  | 'action'
  | 'ailment'
  | 'kind'
  | 'level'
  | 'light'
  | 'link'
  | 'nature'
  | 'order'
  | 'outcome'
  | 'role'
  | 'source'
  | 'status'
  | 'urgency'
  | 'whistle'
  | 'wish';

/** The word for a code that the service gives; a code that has none yet shows itself. */
export function coded(family: Family, code: string): string {
  const key = `${family}.${code}`;
  return key in words.table ? t(key as Key) : code;
}

/** The name in the page's language, as far as there is one. */
export function named(thing: Pick<Named, 'name' | 'name_en'>): string {
  return words.language === 'en' && thing.name_en ? thing.name_en : thing.name;
}

/** Why something did not work, in the page's language where it is not the service that says it. */
export function why(error: unknown): string {
  if (error instanceof Unreachable) return t('page.unreachable');
  return error instanceof Error ? error.message : String(error);
}
