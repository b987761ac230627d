import type { Answer, Export, Problem } from '../../api/client'

/** How a copy of the owner's data is coming along. */
export type Copy =
  | { state: 'making'; done: number; total: number }
  | { state: 'ready'; url: string; bytes: number | null; endsAt: string | null }
  | { state: 'failed'; problem: Problem }

/** How often in a row a call may fail before the owner is asked: a train goes through a tunnel. */
const patience = 3
/** Seconds before the next call, where the server names none. */
const pause = 2
/** The longest that is waited because a server says so; beyond, the owner is told. */
const longest = 60

/**
 * Has a copy made: each call makes a piece of it. Tells each step, and ends when it is ready,
 * has failed, or is aborted.
 */
export async function makeCopy(
  call: (signal: AbortSignal) => Promise<Answer<Export>>,
  tell: (copy: Copy) => void,
  wait: (seconds: number) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  for (let failed = 0; !signal.aborted; ) {
    const answer = await call(signal)
    if (signal.aborted) return
    let next = answer.retryAfter ?? pause
    if (answer.ok) {
      failed = 0
      const { status, url, bytes, ends_at, done, total } = answer.data
      if (status === 'ready' && url) return tell({ state: 'ready', url, bytes, endsAt: ends_at })
      tell({ state: 'making', done, total })
    } else {
      const { status } = answer.problem
      // Nothing answered, or not now. A limit's own wait may be hours.
      const passes = status === 0 || status === 429 || status >= 500
      if (!passes || ++failed >= patience || next > longest)
        return tell({ state: 'failed', problem: answer.problem })
      next = Math.max(next, pause * failed)
    }
    await wait(next)
  }
}
