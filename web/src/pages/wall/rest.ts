import { hourOf } from '../../ui/time.svelte';

const MINUTE_MS = 60_000;

/** Once a day, in the hour when nobody looks, at a minute of its own: what has piled up in weeks is let go. */
export function restAt(hour: number, rest: () => void): () => void {
  const begun = Date.now();
  const minute = Math.floor(Math.random() * 30);
  const timer = setInterval(() => {
    const now = Date.now();
    const isTime = Number(hourOf(now)) === hour && new Date(now).getUTCMinutes() === minute;
    // Not again in the minute in which it began.
    if (isTime && now - begun > 60 * MINUTE_MS && !document.hidden) rest();
  }, 20_000);
  return () => clearInterval(timer);
}
