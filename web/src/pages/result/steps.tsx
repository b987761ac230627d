import type { Step } from '../../ad/steps'
import { texts } from '../../texts'
import { Icon } from '../../ui/icon'
import './steps.css'

/** The five steps and how far each is. */
export function Steps({ steps }: { steps: readonly Step[] }) {
  const words = texts.making
  return (
    <ol class="steps" aria-label={words.steps}>
      {steps.map(({ key, state }) => (
        <li key={key} class="step" data-state={state} aria-current={state === 'running' ? 'step' : undefined}>
          <span class="step-dot" aria-hidden="true">
            {state === 'done' && <Icon name="check" />}
            {state === 'failed' && <Icon name="close" />}
          </span>
          <span class="step-name">{words.step[key].name}</span>
          <span class="step-state">{words.state[state]}</span>
          {state === 'running' && <span class="step-doing">{words.step[key].doing}</span>}
        </li>
      ))}
    </ol>
  )
}
