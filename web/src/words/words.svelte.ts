import { type Language, Unreachable } from '../api/client';
import type { Named } from '../api/resources';
import { en } from './en';
import { type Key, zh } from './zh';

const KEPT = 'gridwatch.language';

function first(): Language {
  const kept = localStorage.getItem(KEPT);
  if (kept === 'zh' || kept === 'en') return kept;
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

class Words {
  language = $state<Language>(first());

  /** For `lang` attributes and `Intl`. */
  get locale(): string {
    return this.language === 'zh' ? 'zh-CN' : 'en-GB';
  }

  switch(): void {
    this.language = this.language === 'zh' ? 'en' : 'zh';
    localStorage.setItem(KEPT, this.language);
  }
}

export const words = new Words();

const fill = (text: string, params: Record<string, string | number>): string =>
  text.replace(/\{(\w+)\}/g, (all, name: string) => String(params[name] ?? all));

/** The sentence of a key in the page's language. */
export function t(key: Key, params: Record<string, string | number> = {}): string {
  return fill((words.language === 'zh' ? zh : en)[key], params);
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
  return key in zh ? t(key as Key) : code;
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
