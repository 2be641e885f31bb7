import { catalog } from '../../api/catalog.svelte';
import type { Case } from '../../api/resources';

const KNOWN = 'gridwatch.acknowledged';
const SOUND = 'gridwatch.sound';
/** As many as any desk sees in weeks. */
const MOST_KNOWN = 2_000;
const EVERY_MS = 4_000;

/** Until somebody is at it. */
const WAITS = new Set<Case['status']>(['triage', 'to_verify', 'to_accept', 'to_file', 'to_dispatch']);

/** Urgent cases that nobody at this desk has acknowledged: they are shown, and heard where sound is on. */
export class Alarm {
  #known = $state.raw<ReadonlySet<string>>(new Set(JSON.parse(localStorage.getItem(KNOWN) ?? '[]') as string[]));
  isLoud = $state(localStorage.getItem(SOUND) !== 'off');
  #context: AudioContext | undefined;

  constructor(private readonly cases: () => readonly Case[]) {
    $effect(() => {
      if (this.waiting.length === 0 || !this.isLoud) return;
      this.#beep();
      const timer = setInterval(() => this.#beep(), EVERY_MS);
      return () => clearInterval(timer);
    });
  }

  readonly waiting = $derived.by(() =>
    this.cases().filter((one) => WAITS.has(one.status) && isUrgent(one) && !this.#known.has(one.id)),
  );

  acknowledge(ids: readonly string[]): void {
    const known = [...this.#known, ...ids].slice(-MOST_KNOWN);
    this.#known = new Set(known);
    localStorage.setItem(KNOWN, JSON.stringify(known));
  }

  switchSound(): void {
    this.isLoud = !this.isLoud;
    localStorage.setItem(SOUND, this.isLoud ? 'on' : 'off');
  }

  /** Two short tones. A browser that nobody has touched yet stays silent. */
  #beep(): void {
    this.#context ??= new AudioContext();
    const { currentTime, destination } = this.#context;
    for (const [at, pitch] of [[0, 880], [0.22, 660]] as const) {
      const [tone, loudness] = [this.#context.createOscillator(), this.#context.createGain()];
      tone.frequency.value = pitch;
      loudness.gain.setValueAtTime(0.15, currentTime + at);
      loudness.gain.exponentialRampToValueAtTime(0.001, currentTime + at + 0.2);
      tone.connect(loudness).connect(destination);
      tone.start(currentTime + at);
      tone.stop(currentTime + at + 0.2);
    }
  }
}

export const isUrgent = (one: Case): boolean => (catalog.categories.get(one.category ?? '')?.urgency ?? 'normal') !== 'normal';
