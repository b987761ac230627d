import { useEffect, useState } from 'preact/hooks'
import { scoreText } from '../../ad/score'
import { monthName } from '../../ad/time'
import type { Stats } from '../../api/client'
import { texts } from '../../texts'
import { niceTop } from './scale'
import './charts.css'

type Month = Stats['months'][number]
const words = texts.dashboard

// The drawing's own units: 12 columns of 50, and room for the labels.
const column = 50
const left = 34
const top = 26
const height = 150
const bottom = 28

/** Ads and scores by month. */
export function Charts({ months: all }: { months: readonly Month[] }) {
  // Half a year where a year's labels would be too small to read.
  const narrow = useMedia('(max-width: 40rem)')
  const months = narrow ? all.slice(-6) : all
  return (
    <div class="charts">
      <figure class="card">
        <figcaption>{words.chartAds}</figcaption>
        <Bars months={months} />
      </figure>
      <figure class="card">
        <figcaption>{words.chartScores}</figcaption>
        <Dots months={months} />
      </figure>
      <details class="charts-table">
        <summary>{words.chartTable}</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">{words.chartMonth}</th>
              <th scope="col">{words.chartAdsColumn}</th>
              <th scope="col">{words.chartScoreColumn}</th>
            </tr>
          </thead>
          <tbody>
            {all.map((m) => (
              <tr key={m.month}>
                <th scope="row">{monthName(m.month, true)}</th>
                <td>{words.totalUnit(m.ads)}</td>
                <td>{m.avg_clip_score === null ? words.chartNone : scoreText(m.avg_clip_score)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </div>
  )
}

function useMedia(query: string): boolean {
  const [matches, set] = useState(() => matchMedia(query).matches)
  useEffect(() => {
    const media = matchMedia(query)
    const read = () => set(media.matches)
    media.addEventListener('change', read)
    return () => media.removeEventListener('change', read)
  }, [query])
  return matches
}

interface FrameProps {
  months: readonly Month[]
  label: string
  /** The values of the horizontal lines, and how they are written. */
  lines: readonly number[]
  write(value: number): string
  y(value: number): number
  children: preact.ComponentChildren
}

/** Axes: lines with their values, and the months beneath. */
function Frame({ months, label, lines, write, y, children }: FrameProps) {
  return (
    <svg
      class="chart"
      viewBox={`0 0 ${left + months.length * column} ${top + height + bottom}`}
      role="img"
      aria-label={label}
    >
      {lines.map((value) => (
        <g key={value}>
          <line class="chart-line" x1={left} x2={left + months.length * column} y1={y(value)} y2={y(value)} />
          <text class="chart-value" x={left - 8} y={y(value) + 5}>
            {write(value)}
          </text>
        </g>
      ))}
      {children}
      {months.map((m, i) => (
        <text key={m.month} class="chart-month" x={left + (i + 0.5) * column} y={top + height + 20}>
          {monthName(m.month)}
        </text>
      ))}
    </svg>
  )
}

function Bars({ months }: { months: readonly Month[] }) {
  const most = niceTop(Math.max(...months.map((m) => m.ads)))
  const y = (n: number) => top + height * (1 - n / most)
  const label = `${words.chartAds}: ${months
    .filter((m) => m.ads > 0)
    .map((m) => `${monthName(m.month, true)} ${words.totalUnit(m.ads)}`)
    .join(', ')}`
  return (
    <Frame months={months} label={label} lines={[0, most / 2, most]} write={String} y={y}>
      {months.map(
        (m, i) =>
          m.ads > 0 && (
            <g key={m.month}>
              <rect
                class="chart-bar"
                x={left + i * column + 10}
                y={y(m.ads)}
                width={column - 20}
                height={top + height - y(m.ads)}
                rx="5"
              />
              <text class="chart-figure" x={left + (i + 0.5) * column} y={y(m.ads) - 7}>
                {m.ads}
              </text>
            </g>
          ),
      )}
    </Frame>
  )
}

function Dots({ months }: { months: readonly Month[] }) {
  const y = (v: number) => top + height * (1 - v)
  const points = months.flatMap((m, i) =>
    m.avg_clip_score === null ? [] : [{ month: m.month, x: left + (i + 0.5) * column, value: m.avg_clip_score }],
  )
  const values = points.map((p) => `${monthName(p.month, true)} ${scoreText(p.value)}`)
  const label = `${words.chartScores}: ${values.join(', ')}`
  return (
    <Frame months={months} label={label} lines={[0, 0.5, 1]} write={(v) => v.toFixed(1)} y={y}>
      <polyline class="chart-path" points={points.map((p) => `${p.x},${y(p.value)}`).join(' ')} />
      {points.map((p) => (
        <g key={p.month}>
          <circle class="chart-dot" cx={p.x} cy={y(p.value)} r="5" />
          <text class="chart-figure" x={p.x} y={y(p.value) - 11}>
            {scoreText(p.value)}
          </text>
        </g>
      ))}
    </Frame>
  )
}
