import { useEffect, useRef, useState } from 'preact/hooks'
import './compare.css'

interface Props {
  before: string
  beforeAlt: string
  after: string
  afterAlt: string
  /** Names the slider; its value is said by `valueText`. */
  label: string
  valueText(percent: number): string
}

/** Two pictures of one size on top of each other, with a border that can be moved. */
export function Compare({ before, beforeAlt, after, afterAlt, label, valueText }: Props) {
  const [percent, setPercent] = useState(50)
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    // Through the object model: the content security policy has no say there.
    box.current?.style.setProperty('--split', `${percent}%`)
  }, [percent])
  return (
    <div class="compare" ref={box}>
      <img src={before} alt={beforeAlt} width="1024" height="1024" />
      <img class="compare-after" src={after} alt={afterAlt} width="1024" height="1024" />
      <span class="compare-line" aria-hidden="true" />
      <input
        type="range"
        min="0"
        max="100"
        value={percent}
        aria-label={label}
        aria-valuetext={valueText(percent)}
        onInput={(e) => setPercent(e.currentTarget.valueAsNumber)}
      />
    </div>
  )
}
