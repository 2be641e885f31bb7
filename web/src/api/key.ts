/** For `Idempotency-Key`: what is sent with it is done once, however often it is sent. Without TLS there is no `randomUUID`. */
export const newKey = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
