import { scoreText, scoreWord } from '../../ad/score'
import type { Ad } from '../../api/client'
import { texts } from '../../texts'

/** A score: its number, what it says, what it does not say, and how it was measured. */
export function ScoreCard({ score }: { score: NonNullable<Ad['score']> }) {
  const words = texts.result
  return (
    <div class="score" data-stand-in={score.stand_in || undefined}>
      <p class="score-figure">
        <strong aria-hidden="true">{scoreText(score.value)}</strong>
        <span class="hidden">{words.scoreOf(scoreText(score.value))}</span>
        <span class="score-word">{scoreWord(score)}</span>
      </p>
      <meter class="score-bar" min={0} max={1} value={score.value} aria-hidden="true" />
      {score.stand_in && <p class="note">{words.scoreStandIn}</p>}
      <p class="soft">{words.scoreMeans}</p>
      <details>
        <summary>{words.scoreHow}</summary>
        <dl class="owners">
          <dt>{words.scoreMetric}</dt>
          <dd>{score.metric}</dd>
          {score.model && (
            <>
              <dt>{words.scoreModel}</dt>
              <dd>{score.model}</dd>
            </>
          )}
          <dt>{words.scoreText}</dt>
          <dd>{score.text}</dd>
        </dl>
      </details>
    </div>
  )
}
