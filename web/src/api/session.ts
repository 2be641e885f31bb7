import { api, type Language } from './client';
import type { Actor } from './resources';

/** What a link brings in its fragment: a code that is good once, or the token of a screen that nobody sits at. */
const BRINGS = /^#(code|token)=(.+)$/;

/**
 * Who is at the page. What a link brought is exchanged for a cookie, and leaves the address and the history before
 * anything else happens, so that nobody finds it there.
 */
export async function enter(language: Language): Promise<Actor> {
  const { hash, pathname, search } = window.location;
  const [, kind, secret] = BRINGS.exec(hash) ?? [];
  if (!kind || !secret) return api.who();
  window.history.replaceState(null, '', pathname + search);
  const given = decodeURIComponent(secret);
  return api.signIn(kind === 'code' ? { code: given } : { token: given }, language);
}

export const isSignedIn = (actor: Actor | undefined): boolean => actor !== undefined && actor.kind !== 'resident';
