import { deadline } from '../keep/within'

/** API Gateway answers within 29 s. */
const patience = 30_000

/**
 * Lets the API learn whether this browser keeps cookies, before anything is ordered: its
 * answer sets one. What becomes of the call does not matter; an order that comes too early
 * is answered so and sent again (pages/start/order.ts).
 */
export async function greet(): Promise<void> {
  try {
    await fetch('/api/health', { signal: deadline(patience) })
  } catch {
    // Offline. The order itself will say so.
  }
}
