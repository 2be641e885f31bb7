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

const DAY: Intl.DateTimeFormatOptions = { year: 'numeric', month: '2-digit', day: '2-digit' };
const MINUTES: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit' };
const FORMS = {
  day: DAY,
  hour: { hour: '2-digit' },
  minutes: MINUTES,
  seconds: { ...MINUTES, second: '2-digit' },
  full: { ...DAY, ...MINUTES },
  brief: { month: '2-digit', day: '2-digit', ...MINUTES },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

/** Made once each: making one takes longer than a hundred uses, and lists have hundreds of times. */
const made = new Map<string, Intl.DateTimeFormat>();

function format(at: string | number, form: keyof typeof FORMS): string {
  const key = `${words.locale} ${zone.name} ${form}`;
  let formatter = made.get(key);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat(words.locale, { timeZone: zone.name, hourCycle: 'h23', ...FORMS[form] });
    made.set(key, formatter);
  }
  return formatter.format(new Date(at));
}

export const clockTime = (at: string | number): string => format(at, 'seconds');
/** 07 */
export const hourOf = (at: number): string => format(at, 'hour').slice(0, 2);
export const fullTime = (at: string): string => format(at, 'full');

/** 2026-03-04, as the service names periods. */
export const dayOf = (at: number): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone: zone.name, ...DAY }).format(new Date(at));

/** When today began at the site; on the day that clocks change, an hour off. */
export function dayBegan(now: number): number {
  const [hours = 0, minutes = 0, seconds = 0] = clockTime(now).split(':').map(Number);
  return now - ((hours * 60 + minutes) * 60 + seconds) * 1_000 - (now % 1_000);
}

/** The time alone today, else the day with it. */
export function briefTime(at: string): string {
  return format(at, format(at, 'day') === format(clock.now, 'day') ? 'minutes' : 'brief');
}

/** 12 seconds, 3 minutes, 5 hours, 2 days: one unit is enough. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 60) return t('age.seconds', { n: seconds });
  if (seconds < 3_600) return t('age.minutes', { n: Math.floor(seconds / 60) });
  if (seconds < 48 * 3_600) return t('age.hours', { n: Math.floor(seconds / 3_600) });
  return t('age.days', { n: Math.floor(seconds / 86_400) });
}

/** What is left of a limit, or by how much it is over; nothing where there is none. */
export function timeLeft(due: number | undefined, now: number): string {
  return due === undefined ? '' : t(due < now ? 'case.late' : 'case.left', { age: age(Math.abs(due - now)) });
}
