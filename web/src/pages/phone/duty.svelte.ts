import { api } from '../../api/client';
import type { Attendance } from '../../api/resources';
import { distanceM } from '../../place/distance';
import { locator } from '../../place/fix.svelte';
import { why, words } from '../../words/words.svelte';

/** Less is no other place. */
const FAR_M = 100;

/** Whether whoever holds the phone is on duty. The service keeps where they are only while they are. */
class Duty {
  state = $state.raw<Attendance>();
  failed = $state<string>();
  isBusy = $state(false);

  async load(): Promise<void> {
    await this.#tell(() => api.state(words.language));
  }

  async turn(isOn: boolean): Promise<void> {
    const at = isOn && locator.fix ? { lon: locator.fix.lon, lat: locator.fix.lat } : {};
    await this.#tell(() => api.attend({ on_duty: isOn, ...at }, words.language));
  }

  /** Where one is, while on duty and on the move: the room sees who is near. Nobody is followed who has not said so. */
  async here(): Promise<void> {
    const { fix } = locator;
    if (!fix || !this.state?.on_duty || !this.state.since) return;
    const { position } = this.state;
    if (position && distanceM(position, fix) < FAR_M) return;
    await this.#tell(() => api.attend({ on_duty: true, lon: fix.lon, lat: fix.lat }, words.language));
  }

  async #tell(work: () => Promise<Attendance>): Promise<void> {
    [this.isBusy, this.failed] = [true, undefined];
    try {
      this.state = await work();
    } catch (error) {
      this.failed = why(error);
    }
    this.isBusy = false;
  }
}

export const duty = new Duty();
