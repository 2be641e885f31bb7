import { catalog } from '../api/catalog.svelte';
import { api } from '../api/client';
import type { Actor, Role } from '../api/resources';
import { enter, isSignedIn } from '../api/session';
import { live } from '../live/live.svelte';
import { zone } from '../ui/time.svelte';
import { why, words } from '../words/words.svelte';

/** Who is at the page, and what every page stands on. */
class Session {
  actor = $state.raw<Actor>();
  isReady = $state(false);
  /** Why nothing is there, and why nobody was let in. */
  failed = $state<string>();
  refused = $state<string>();

  known = $derived(isSignedIn(this.actor));
  #isLive = false;

  /** Reads what the page needs; where it is `live`, whoever is known hears of every change. */
  async open(isLive = true): Promise<void> {
    this.#isLive = isLive;
    this.failed = undefined;
    try {
      this.actor = await enter(words.language).catch((error: unknown) => {
        this.refused = why(error);
        return api.who();
      });
      await catalog.load();
      zone.name = catalog.site.time_zone ?? undefined;
      this.isReady = true;
      await this.#come();
    } catch (error) {
      this.failed = why(error);
    }
  }

  /** By name and password, or by a code. */
  async signIn(given: { name: string; password: string } | { code: string }): Promise<void> {
    this.refused = undefined;
    try {
      this.actor = await api.signIn(given, words.language);
      await this.#come();
    } catch (error) {
      this.refused = why(error);
    }
  }

  async leave(): Promise<void> {
    live.stop();
    await api.signOut().catch(() => undefined);
    this.actor = await api.who().catch(() => undefined);
  }

  holds(...roles: Role[]): boolean {
    // Whoever runs the service, on a machine of its own, plays every part.
    const { actor } = this;
    return actor?.kind === 'administrator' || roles.some((role) => actor?.roles.includes(role));
  }

  async #come(): Promise<void> {
    if (!this.known || !this.#isLive) return;
    live.start(() => this.#isStillKnown());
    await catalog.loadCameras();
  }

  /** Asked before each new connection: a session that has ended is no reason to knock for ever. */
  async #isStillKnown(): Promise<boolean> {
    const now = await api.who().catch(() => undefined);
    if (now && !isSignedIn(now)) {
      this.actor = now;
      live.stop();
      return false;
    }
    return true;
  }
}

export const session = new Session();
