import { texts } from '../texts'

const kst = 'Asia/Seoul'
const dateTime = new Intl.DateTimeFormat('ko-KR', { timeZone: kst, dateStyle: 'long', timeStyle: 'short' })
const day = new Intl.DateTimeFormat('ko-KR', { timeZone: kst, month: 'short', day: 'numeric' })
const date = new Intl.DateTimeFormat('ko-KR', { timeZone: kst, year: 'numeric', month: 'short', day: 'numeric' })
const year = new Intl.DateTimeFormat('ko-KR', { timeZone: kst, year: 'numeric' })

/** A moment as people in Korea write it, wherever the browser is. */
export function kstDateTime(iso: string): string {
  return dateTime.format(new Date(iso))
}

/** The day of a moment in Korea, with its year unless that is this one. */
export function kstDate(iso: string, now = new Date()): string {
  const at = new Date(iso)
  return (year.format(at) === year.format(now) ? day : date).format(at)
}

/** "2026-11" as "11월", with its year where that is asked for. */
export function monthName(month: string, withYear = false): string {
  const [year, number] = month.split('-').map(Number)
  return withYear ? texts.time.yearMonth(year!, number!) : texts.time.month(number!)
}

/**
 * A length of time in words, as exact as it is useful: seconds below a minute,
 * whole seconds below ten minutes, then minutes, then hours.
 */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds))
  if (s < 60) return texts.time.seconds(s)
  const m = Math.floor(s / 60)
  if (m < 10 && s % 60 > 0) return texts.time.minutesSeconds(m, s % 60)
  if (m < 60) return texts.time.minutes(m)
  return texts.time.hours(Math.floor(m / 60), m % 60)
}

/**
 * An expected time, which must not look more exact than it is: in steps of ten
 * seconds below a minute, half minutes below five, whole minutes above.
 */
export function roughly(seconds: number): string {
  const step = seconds < 60 ? 10 : seconds < 300 ? 30 : 60
  return duration(Math.max(step, Math.round(seconds / step) * step))
}

/** Bytes as people say them. */
export function fileSize(bytes: number): string {
  if (bytes < 1_000_000) return `${Math.max(1, Math.round(bytes / 1000))}KB`
  return `${(bytes / 1_000_000).toFixed(1)}MB`
}
