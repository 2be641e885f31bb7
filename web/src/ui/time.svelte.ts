import { t, words } from '../words/words.svelte';

/** The time of now, once a second, for what grows old while one looks. */
class Clock {
  now = $state(Date.now());

  constructor() {
    setInterval(() => (this.now = Date.now()), 1_000);
  }
}

export const clock = new Clock();

/** The site's, once it is known: everybody reads the same clock. */
export const zone = $state<{ name: string | undefined }>({ name: undefined });

function format(at: string | number, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(words.locale, { timeZone: zone.name, hourCycle: 'h23', ...options }).format(
    new Date(at),
  );
}

const time: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', second: '2-digit' };
const day: Intl.DateTimeFormatOptions = { year: 'numeric', month: '2-digit', day: '2-digit' };

export const dayOf = (at: string | number): string => format(at, day);
export const clockTime = (at: string | number): string => format(at, time);
export const fullTime = (at: string): string => format(at, { ...day, hour: '2-digit', minute: '2-digit' });

/** The time alone today, else the day with it. */
export function briefTime(at: string): string {
  if (dayOf(at) === dayOf(clock.now)) return format(at, { hour: '2-digit', minute: '2-digit' });
  return format(at, { month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' });
}

/** 12 seconds, 3 minutes, 5 hours, 2 days: one unit is enough. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 60) return t('age.seconds', { n: seconds });
  if (seconds < 3_600) return t('age.minutes', { n: Math.floor(seconds / 60) });
  if (seconds < 48 * 3_600) return t('age.hours', { n: Math.floor(seconds / 3_600) });
  return t('age.days', { n: Math.floor(seconds / 86_400) });
}
