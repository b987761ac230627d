import { describe, expect, it } from 'vitest'
import type { Answer } from '../../src/api/client'
import { nextLook, type Situation } from '../../src/watch/backoff'
import { watch, type World } from '../../src/watch/watch'

const calm: Situation = { unchanged: 0, failures: 0, retryAfter: 0, hidden: false, tells: true, hiddenLooks: 0 }

describe('nextLook', () => {
  it('waits longer while nothing changes, but never longer than ten seconds', () => {
    const waits = Array.from({ length: 20 }, (_, unchanged) => nextLook({ ...calm, unchanged }, () => 0)!)
    for (const [i, wait] of waits.entries()) expect(wait).toBeGreaterThanOrEqual(waits[i - 1] ?? 0)
    expect(waits[0]).toBe(1_500)
    expect(waits.at(-1)).toBe(10_000)
  })

  it('doubles after failures up to half a minute, spread over the upper half', () => {
    const failed = (failures: number, random: number) => nextLook({ ...calm, failures }, () => random)
    expect([1, 2, 3, 4, 5, 9].map((n) => failed(n, 1))).toEqual([2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
    expect([1, 2, 3, 4, 5, 9].map((n) => failed(n, 0))).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000])
  })

  it('is slow while hidden and ends after about half an hour', () => {
    let time = 0
    let looks = 0
    for (;;) {
      const wait = nextLook({ ...calm, hidden: true, hiddenLooks: looks }, () => 0)
      if (wait === null) break
      expect(wait).toBeGreaterThanOrEqual(30_000)
      time += wait
      looks++
    }
    expect(time).toBeGreaterThan(30 * 60_000)
    expect(time).toBeLessThan(40 * 60_000)
  })

  it('is not at all in a hidden page that tells nothing', () => {
    expect(nextLook({ ...calm, hidden: true, tells: false }, () => 0)).toBeNull()
    expect(nextLook({ ...calm, tells: false }, () => 0)).not.toBeNull()
  })

  it.each([
    ['visible', calm],
    ['after a failure', { ...calm, failures: 1 }],
    ['hidden', { ...calm, hidden: true }],
  ])('never undercuts Retry-After: %s', (_, situation) => {
    expect(nextLook({ ...situation, retryAfter: 77_000 }, () => 0)).toBe(77_000)
  })
})

/** A world whose time only moves when it is told to. */
class FakeWorld implements World {
  time = 0
  isHidden = false
  isOnline = true
  #timers = new Set<{ at: number; run: () => void }>()
  #listeners = new Set<() => void>()

  hidden = () => this.isHidden
  online = () => this.isOnline
  now = () => this.time
  random = () => 0
  onChange(listener: () => void) {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
  after(ms: number, run: () => void) {
    const timer = { at: this.time + ms, run }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }
  change(to: { hidden?: boolean; online?: boolean }) {
    this.isHidden = to.hidden ?? this.isHidden
    this.isOnline = to.online ?? this.isOnline
    for (const listener of this.#listeners) listener()
  }
  get waiting() {
    return this.#timers.size
  }
  get listeners() {
    return this.#listeners.size
  }
  async pass(ms: number) {
    const end = this.time + ms
    for (;;) {
      const next = [...this.#timers].filter((t) => t.at <= end).sort((a, b) => a.at - b.at)[0]
      if (!next) break
      this.#timers.delete(next)
      this.time = next.at
      next.run()
      await settled()
    }
    this.time = end
  }
}
const settled = () => new Promise((resolve) => setTimeout(resolve))

/** A server with a script: each look takes the next answer, the last one stays. */
function scripted(world: World, answers: Answer<string>[], tells = true) {
  const log = { looks: 0, values: [] as string[], problems: [] as [number, boolean][], aborted: false }
  const running = watch<string>(
    {
      load: async (signal) => {
        signal.addEventListener('abort', () => (log.aborted = true))
        const answer = answers[Math.min(log.looks, answers.length - 1)]!
        log.looks++
        return answer
      },
      isDone: (value) => value === 'done',
      isSame: (a, b) => a === b,
      tells,
      onValue: (value) => log.values.push(value),
      onProblem: (problem, final) => log.problems.push([problem.status, final]),
    },
    world,
  )
  return { log, running }
}
const says = (data: string, retryAfter?: number): Answer<string> => ({
  ok: true,
  data,
  ...(retryAfter === undefined ? {} : { retryAfter }),
})
const fails = (status: number, retryAfter?: number): Answer<string> => ({
  ok: false,
  problem: { status, code: '', detail: '', errors: [] },
  ...(retryAfter === undefined ? {} : { retryAfter }),
})

describe('watch', () => {
  it('looks until it is done, and then no more', async () => {
    const world = new FakeWorld()
    const { log } = scripted(world, [says('one'), says('two'), says('done')])
    await settled()
    await world.pass(60_000)
    expect(log.values).toEqual(['one', 'two', 'done'])
    expect(log.looks).toBe(3)
    expect(world.waiting).toBe(0)
  })

  it('does not look again when it is shown after its end', async () => {
    const world = new FakeWorld()
    const { log } = scripted(world, [says('done')])
    await settled()
    world.change({ hidden: true })
    world.change({ hidden: false })
    await world.pass(60_000)
    expect(log.looks).toBe(1)
  })

  it('looks less and less often while nothing changes', async () => {
    const world = new FakeWorld()
    const { log } = scripted(world, [says('same')])
    await settled()
    await world.pass(60_000)
    expect(log.looks).toBeGreaterThan(6)
    expect(log.looks).toBeLessThan(16)
  })

  it('honours Retry-After, also when the page is shown again meanwhile', async () => {
    const world = new FakeWorld()
    const { log } = scripted(world, [fails(503, 40), says('done')])
    await settled()
    await world.pass(10_000)
    world.change({ hidden: true })
    world.change({ hidden: false })
    await world.pass(29_000)
    expect(log.looks).toBe(1)
    await world.pass(1_000)
    expect(log.values).toEqual(['done'])
  })

  it('goes on after failures that pass', async () => {
    const world = new FakeWorld()
    const { log } = scripted(world, [says('one'), fails(0), fails(500), fails(429), says('done')])
    await settled()
    await world.pass(60_000)
    expect(log.problems).toEqual([
      [0, false],
      [500, false],
      [429, false],
    ])
    expect(log.values).toEqual(['one', 'done'])
  })

  it('ends at a failure that cannot pass', async () => {
    const world = new FakeWorld()
    const { log } = scripted(world, [fails(404)])
    await settled()
    await world.pass(60_000)
    expect(log.problems).toEqual([[404, true]])
    expect(log.looks).toBe(1)
  })

  it('asks nothing while it is hidden and tells nothing, and at once when shown', async () => {
    const world = new FakeWorld()
    const { log } = scripted(world, [says('same')], false)
    await settled()
    world.change({ hidden: true })
    await world.pass(24 * 3600_000)
    expect(log.looks).toBe(1)
    world.change({ hidden: false })
    await settled()
    expect(log.looks).toBe(2)
    await world.pass(60_000)
    expect(log.looks).toBeGreaterThan(6)
  })

  it('that tells does not look for half a minute once it is hidden, and at once when shown', async () => {
    const world = new FakeWorld()
    const { log } = scripted(world, [says('same')])
    await settled()
    world.change({ hidden: true })
    await world.pass(29_000)
    expect(log.looks).toBe(1)
    await world.pass(1_000)
    expect(log.looks).toBe(2)
    world.change({ hidden: false })
    await settled()
    expect(log.looks).toBe(3)
  })

  it('stops for good in a page that stays hidden, until it is shown', async () => {
    const world = new FakeWorld()
    const { log } = scripted(world, [says('same')])
    await settled()
    world.change({ hidden: true })
    await world.pass(24 * 3600_000)
    expect(log.looks).toBe(1 + 20)
    expect(world.waiting).toBe(0)
    world.change({ hidden: false })
    await settled()
    expect(log.looks).toBe(22)
  })

  it('does not look while offline, and at once when online', async () => {
    const world = new FakeWorld()
    const { log } = scripted(world, [says('same')])
    await settled()
    world.change({ online: false })
    await world.pass(3600_000)
    expect(log.looks).toBe(1)
    world.change({ online: true })
    await settled()
    expect(log.looks).toBe(2)
  })

  it('looks again after its end when it is told to', async () => {
    const world = new FakeWorld()
    const { log, running } = scripted(world, [says('done'), says('again'), says('done')])
    await settled()
    running.look()
    await settled()
    await world.pass(60_000)
    expect(log.values).toEqual(['done', 'again', 'done'])
  })

  it('leaves nothing behind when it is stopped', async () => {
    const world = new FakeWorld()
    const { log, running } = scripted(world, [says('same')])
    running.stop()
    await settled()
    await world.pass(60_000)
    expect(log).toMatchObject({ looks: 1, values: [], aborted: true })
    expect(world.waiting + world.listeners).toBe(0)
  })
})
