/** An idempotency key: 128 random bits. randomUUID is not there over plain HTTP on a local network. */
export function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, '0')).join('')
}
