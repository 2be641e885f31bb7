/** States of a camera that gives no pictures although somebody looks through it. */
export const AWAY: ReadonlySet<string> = new Set(['down', 'stalled', 'never_connected', 'auth_failed', 'unreachable']);
