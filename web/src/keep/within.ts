/** A wait that was given up. */
export class Late extends Error {
  override name = 'Late'
}

/**
 * The promise's result, or a Late after so many milliseconds. Everything that the
 * browser is asked and that stands between an owner and a result is asked through
 * this: some web views and private modes never answer, neither yes nor no.
 */
export function within<T>(ms: number, promise: PromiseLike<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout>
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Late(`no answer within ${ms} ms`)), ms)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

/** A signal that aborts after so many milliseconds, and earlier with another one. */
export function deadline(ms: number, signal?: AbortSignal): AbortSignal {
  const control = new AbortController()
  const timer = setTimeout(() => control.abort(new Late(`no answer within ${ms} ms`)), ms)
  const end = () => {
    clearTimeout(timer)
    control.abort(signal?.reason)
  }
  if (signal?.aborted) end()
  else signal?.addEventListener('abort', end, { once: true })
  return control.signal
}
