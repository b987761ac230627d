import type { Answer, Problem } from '../api/client'
import { nextLook } from './backoff'

/** The world around a watch; tests give their own. */
export interface World {
  hidden(): boolean
  online(): boolean
  /** Calls back when the page is shown or hidden, or the connection comes or goes. */
  onChange(listener: () => void): () => void
  after(ms: number, run: () => void): () => void
  now(): number
  random(): number
}

export interface Watching<T> {
  load(signal: AbortSignal): Promise<Answer<T>>
  /** Whether nothing more will happen by itself. */
  isDone(value: T): boolean
  /** Whether two answers say the same. */
  isSame(a: T, b: T): boolean
  /** Whether a hidden page still tells what it finds. */
  tells: boolean
  onValue(value: T): void
  /** A failed look. Watching goes on unless the problem is final. */
  onProblem(problem: Problem, final: boolean): void
}

export interface Watch {
  /** Looks at once, also after the watch had ended. */
  look(): void
  stop(): void
}

/** What no repetition can mend: the answer will be the same. */
function isFinal(problem: Problem): boolean {
  return problem.status >= 400 && problem.status < 500 && problem.status !== 408 && problem.status !== 429
}

/**
 * Looks at something of the server until it is done; see nextLook for when. It
 * does not look while offline, and looks at once when the page is shown again
 * or the connection is back.
 */
export function watch<T>(what: Watching<T>, world: World): Watch {
  let last: T | undefined
  let unchanged = 0
  let failures = 0
  let notBefore = 0 // the server's Retry-After, as a time
  let hiddenLooks = 0
  let ended = false
  let looking: AbortController | null = null
  let cancel = () => {}

  const plan = () => {
    cancel()
    cancel = () => {}
    if (ended || looking || !world.online()) return
    const retryAfter = Math.max(0, notBefore - world.now())
    const wait = nextLook(
      { unchanged, failures, retryAfter, hidden: world.hidden(), tells: what.tells, hiddenLooks },
      world.random,
    )
    if (wait !== null) cancel = world.after(wait, look)
  }

  const look = () => {
    cancel()
    cancel = () => {}
    if (looking) return
    const mine = (looking = new AbortController())
    if (world.hidden()) hiddenLooks++
    void what.load(mine.signal).then((answer) => {
      if (mine.signal.aborted) return
      looking = null
      notBefore = world.now() + (answer.retryAfter ?? 0) * 1000
      if (answer.ok) {
        failures = 0
        unchanged = last !== undefined && what.isSame(last, answer.data) ? unchanged + 1 : 0
        last = answer.data
        ended = what.isDone(answer.data)
        what.onValue(answer.data)
      } else {
        failures++
        ended = isFinal(answer.problem)
        what.onProblem(answer.problem, ended)
      }
      plan()
    })
  }

  const leave = world.onChange(() => {
    if (ended) return
    if (!world.hidden()) hiddenLooks = 0
    if (world.hidden() || !world.online() || world.now() < notBefore) plan()
    else look()
  })

  look()
  return {
    look() {
      ended = false
      unchanged = failures = hiddenLooks = 0
      look()
    },
    stop() {
      ended = true
      cancel()
      looking?.abort()
      leave()
    },
  }
}

/** The browser. */
export const browserWorld: World = {
  hidden: () => document.visibilityState === 'hidden',
  online: () => navigator.onLine,
  onChange(listener) {
    document.addEventListener('visibilitychange', listener)
    addEventListener('online', listener)
    addEventListener('offline', listener)
    return () => {
      document.removeEventListener('visibilitychange', listener)
      removeEventListener('online', listener)
      removeEventListener('offline', listener)
    }
  },
  after(ms, run) {
    const id = setTimeout(run, ms)
    return () => clearTimeout(id)
  },
  now: () => performance.now(),
  random: Math.random,
}
