import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { scoreText } from '../../ad/score'
import type { Stats } from '../../api/client'
import { useSite } from '../../app/site'
import { texts } from '../../texts'

const words = texts.dashboard

/** The statistics: null while they are on their way. */
export type Known = Stats | 'failed' | null

/** Loads the statistics, and again whenever `again` changes; the old ones stay until then. */
export function useStats(again: string): Known {
  const site = useSite()
  const [stats, setStats] = useState<Known>(null)
  useEffect(() => {
    const abort = new AbortController()
    void site.api.stats(abort.signal).then((answer) => {
      if (!abort.signal.aborted) setStats(answer.ok ? answer.data : 'failed')
    })
    return () => abort.abort()
  }, [site, again])
  return stats
}

export function Figures({ stats }: { stats: Known }) {
  if (stats === 'failed') return <p class="note note-bad">{words.statsFailed}</p>
  return (
    <section class="by-script" aria-label={words.stats} aria-busy={!stats}>
      <dl class="figures">
        <Figure name={words.total} value={stats && words.totalUnit(stats.total_ads)} />
        <Figure
          name={stats?.avg_stand_in ? words.averageStandIn : words.average}
          value={stats && (stats.avg_clip_score === null ? words.none : scoreText(stats.avg_clip_score))}
        />
        <Figure name={words.month} value={stats && words.totalUnit(stats.monthly_ads)} />
      </dl>
    </section>
  )
}

function Figure({ name, value }: { name: string; value: string | null }) {
  return (
    <div class="figure card">
      <dt>{name}</dt>
      <dd>{value ?? <span class="skeleton-line" />}</dd>
    </div>
  )
}

/** The charts, whose script is only fetched when there is something to draw. */
export function ChartsPlace({ stats }: { stats: Known }) {
  const [Charts, setCharts] = useState<ComponentType<{ months: Stats['months'] }> | null>(null)
  const months = stats === null || stats === 'failed' ? [] : stats.months
  const some = months.some((m) => m.ads > 0)
  useEffect(() => {
    if (some)
      void import('./charts').then(
        (m) => setCharts(() => m.Charts),
        () => {},
      ) // the figures alone will do
  }, [some])
  if (!some) return null
  return (
    <section class="charts-place" aria-labelledby="charts">
      <h2 id="charts">{words.chart}</h2>
      {Charts && <Charts months={months} />}
    </section>
  )
}
