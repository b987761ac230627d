/** What is known when the next look is planned. Times are in milliseconds. */
export interface Situation {
  /** Looks since something last changed. */
  unchanged: number
  /** Looks in a row that nothing answered or that failed. */
  failures: number
  /** What the server last asked for. */
  retryAfter: number
  /** Whether nobody can see the page. */
  hidden: boolean
  /** Whether news is to be told even then, in the title and by a notification. */
  tells: boolean
  /** Looks made since the page was hidden. */
  hiddenLooks: number
}

const first = 1_500
const growth = 1.3
const longest = 10_000

const afterFailure = 2_000
const longestAfterFailure = 30_000

const whileHidden = 30_000
const longestHidden = 120_000
/** A little over half an hour: an ad that is not done by then will not surprise anybody. */
const hiddenLooksAllowed = 20

/**
 * How long to wait before looking again, null for not at all.
 *
 * A visible page looks often at first and ever less while nothing changes. After
 * failures it waits twice as long each time, spread at random so that a server
 * that comes back is not met by everybody at once. A hidden page stops looking.
 * Only where it tells news does it still look every half minute and less, to be
 * able to say in its title that the ad is done, and gives up after half an hour.
 * The server's Retry-After is never undercut.
 */
export function nextLook(s: Situation, random: () => number): number | null {
  if (s.hidden) {
    if (!s.tells || s.hiddenLooks >= hiddenLooksAllowed) return null
    return Math.max(s.retryAfter, Math.min(longestHidden, whileHidden * growth ** s.hiddenLooks))
  }
  if (s.failures > 0) {
    const most = Math.min(longestAfterFailure, afterFailure * 2 ** (s.failures - 1))
    return Math.max(s.retryAfter, most / 2 + (most / 2) * random())
  }
  return Math.max(s.retryAfter, Math.min(longest, first * growth ** s.unchanged))
}
