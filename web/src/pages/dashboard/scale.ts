/** The top of an axis for a largest value: even, so that its half is whole, and round. */
export function niceTop(most: number): number {
  if (most <= 2) return 2
  const size = 10 ** Math.floor(Math.log10(most))
  for (const step of [1, 2, 4, 5, 6, 8, 10]) {
    const top = step * size
    if (top >= most && top % 2 === 0) return top
  }
  return size * 10
}
