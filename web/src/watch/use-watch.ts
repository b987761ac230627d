import { useEffect, useRef, useState } from 'preact/hooks'
import type { Answer, Problem } from '../api/client'
import { browserWorld, watch, type Watch, type Watching } from './watch'

export interface Watched<T> {
  value: T | null
  /** The last look's problem; null once a look succeeds. */
  problem: Problem | null
  /** Whether that problem ended the watch. */
  final: boolean
  /** Looks at once, and goes on watching. */
  look(): void
  /** Puts a value in until the next look. */
  set(value: T): void
}

/**
 * Watches something for as long as the component is shown. `load` belongs to the
 * key: another key is another thing. `tells` is whether a hidden page is to go on.
 */
export function useWatch<T>(
  key: string,
  load: (signal: AbortSignal) => Promise<Answer<T>>,
  isDone: (value: T) => boolean,
  { tells }: { tells: boolean },
): Watched<T> {
  const [state, setState] = useState<Omit<Watched<T>, 'look' | 'set'>>({ value: null, problem: null, final: false })
  const running = useRef<Watch | null>(null)
  const calls = useRef<Pick<Watching<T>, 'load' | 'isDone'>>({ load, isDone })
  calls.current = { load, isDone }

  useEffect(() => {
    setState({ value: null, problem: null, final: false }) // of another key
    const mine = watch<T>(
      {
        load: (signal) => calls.current.load(signal),
        isDone: (value) => calls.current.isDone(value),
        isSame: (a, b) => JSON.stringify(a) === JSON.stringify(b),
        tells,
        onValue: (value) => setState({ value, problem: null, final: false }),
        onProblem: (problem, final) => setState((s) => ({ value: s.value, problem, final })),
      },
      browserWorld,
    )
    running.current = mine
    return () => mine.stop()
  }, [key])

  return {
    ...state,
    look: () => running.current?.look(),
    set: (value) => setState({ value, problem: null, final: false }),
  }
}
