import { api, type Language } from './client';
import type { Actor } from './resources';

const FRAGMENT = '#code=';

/**
 * Who is at the page. A sign-in link brings a code in its fragment, good once: it is exchanged for a cookie, and leaves
 * the address and the history before anything else happens, so that nobody finds it there.
 */
export async function enter(language: Language): Promise<Actor> {
  const { hash, pathname, search } = window.location;
  if (!hash.startsWith(FRAGMENT)) return api.who();
  window.history.replaceState(null, '', pathname + search);
  return api.signIn(decodeURIComponent(hash.slice(FRAGMENT.length)), language);
}

export const isSignedIn = (actor: Actor | undefined): boolean => actor !== undefined && actor.kind !== 'resident';
