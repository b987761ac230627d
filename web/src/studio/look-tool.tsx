import { useEffect, useState } from 'preact/hooks'
import { count } from '../ad/fields'
import { FlagField, TextField } from '../pages/start/fields'
import { texts } from '../texts'
import { BrandForm, useBrand } from './brand'
import { cornersOf } from './design'
import type { Studio } from './use-studio'

const words = texts.studio.look

/** How it looks: where the words stand, in which face, with which badge and marks. */
export function LookTool({ studio }: { studio: Studio }) {
  const { design, choices } = studio
  const brand = useBrand()
  if (!choices) return <p aria-busy="true">{texts.site.loading}</p>
  const free = cornersOf(design.layout, choices)
  const auto = { name: '', label: words.auto }
  return (
    <div class="tool">
      <Choice
        label={words.layout}
        choices={[auto, ...choices.layouts]}
        value={design.layout}
        onChoose={(layout) => void studio.apply({ layout })}
      >
        {(name) => <LayoutPicture name={name} />}
      </Choice>
      {free.length > 0 && (
        <Choice
          label={words.corner}
          choices={[auto, ...choices.corners.filter((c) => free.includes(c.name))]}
          value={design.corner}
          onChoose={(corner) => void studio.apply({ corner })}
        >
          {(name) => <CornerPicture name={name} />}
        </Choice>
      )}
      <Choice
        label={words.typeface}
        choices={choices.typefaces}
        value={design.typeface || choices.typefaces[0]!.name}
        onChoose={(typeface) => void studio.apply({ typeface })}
      >
        {(name) => (
          <span class="typeface" data-typeface={name}>
            {words.typefaceSample}
          </span>
        )}
      </Choice>
      <BadgeField studio={studio} limit={choices.badge_max} />
      <FlagField
        place="ai_mark"
        label={words.aiMark}
        value={design.ai_mark}
        fault={undefined}
        onChange={(ai_mark) => void studio.apply({ ai_mark })}
      />
      <FlagField
        place="brand"
        label={words.brand}
        hint={brand.known && brand.empty ? words.brandHint : undefined}
        value={design.brand}
        fault={undefined}
        onChange={(on) => void studio.apply({ brand: on })}
      />
      <BrandForm brand={brand} />
    </div>
  )
}

interface ChoiceProps {
  label: string
  choices: readonly { name: string; label: string }[]
  value: string
  onChoose(value: string): void
  children(name: string): preact.ComponentChildren
}

/** One of a few, chosen by its picture. */
function Choice({ label, choices, value, onChoose, children }: ChoiceProps) {
  return (
    <div role="group" aria-label={label} class="choice">
      <p class="label" aria-hidden="true">
        {label}
      </p>
      <ul class="tiles tiles-small">
        {choices.map(({ name, label: text }) => (
          <li key={name}>
            <button class="tile" aria-pressed={name === value} onClick={() => onChoose(name)}>
              <span class="tile-place" aria-hidden="true">
                {children(name)}
              </span>
              <span class="tile-name">{text}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  )
}

/** Where the words (bars) and the product (circle) stand, in a square of 44. */
interface Drawn {
  words: [x: number, y: number, w: number]
  product: [x: number, y: number]
  ground?: string
}
const drawn: Readonly<Record<string, Drawn>> = {
  '': { words: [12, 8, 20], product: [22, 30] },
  'left-column': { words: [5, 16, 16], product: [32, 24] },
  'right-column': { words: [24, 16, 16], product: [13, 24] },
  'top-center': { words: [10, 6, 24], product: [22, 30] },
  'bottom-band': { words: [10, 32, 24], product: [22, 15] },
  headline: { words: [5, 6, 34], product: [24, 32] },
  panel: { words: [6, 31, 24], product: [22, 15], ground: 'M2 27h40v13a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2z' },
  split: { words: [5, 16, 14], product: [33, 23], ground: 'M4 2h18v40H4a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2z' },
  card: { words: [11, 31, 22], product: [22, 16], ground: 'M7 28h30v11H7z' },
}

function LayoutPicture({ name }: { name: string }) {
  const { words: [x, y, w], product, ground } = drawn[name] ?? drawn['']!
  const thick = name === 'headline' ? 6 : 3.5
  return (
    <svg class="shape" viewBox="0 0 44 44" width="44" height="44" focusable="false">
      <rect x="2" y="2" width="40" height="40" rx="3" />
      {ground && <path class="shape-ground" d={ground} />}
      <circle class="shape-product" cx={product[0]} cy={product[1]} r="7.5" />
      {name === '' ? (
        <path class="shape-words" d="M22 5l1.6 3.4L27 10l-3.4 1.6L22 15l-1.6-3.4L17 10l3.4-1.6z" />
      ) : (
        <>
          <rect class="shape-words" x={x} y={y} width={w} height={thick} rx="1" />
          <rect class="shape-words" x={x} y={y + thick + 2} width={w * 0.65} height="2" rx="1" />
        </>
      )}
    </svg>
  )
}

function CornerPicture({ name }: { name: string }) {
  const x = name.endsWith('right') ? 22 : 6
  const y = name.startsWith('bottom') ? 30 : 8
  return (
    <svg class="shape" viewBox="0 0 44 44" width="44" height="44" focusable="false">
      <rect x="2" y="2" width="40" height="40" rx="3" />
      {name === '' ? (
        <circle class="shape-product" cx="22" cy="22" r="5" />
      ) : (
        <>
          <rect class="shape-words" x={x} y={y} width="16" height="3.5" rx="1" />
          <rect class="shape-words" x={x} y={y + 5.5} width="10" height="2" rx="1" />
        </>
      )}
    </svg>
  )
}

function BadgeField({ studio, limit }: { studio: Studio; limit: number }) {
  const present = studio.design.badge
  const [text, setText] = useState(present)
  useEffect(() => setText(present), [present])
  const n = count(text)
  const over = n > limit
  const ready = text.trim() !== present && !over && text.trim() !== ''
  return (
    <form
      class="badge-field"
      noValidate
      onSubmit={(e) => {
        e.preventDefault()
        if (ready) void studio.apply({ badge: text.trim() })
      }}
    >
      <TextField
        place="badge"
        label={words.badge}
        hint={words.badgeHint}
        limit={limit}
        value={text}
        fault={over ? texts.fault.tooLong(limit, n) : undefined}
        onChange={setText}
      />
      <div class="chips">
        {words.badges.map((b) => (
          <button
            key={b}
            type="button"
            class="chip"
            aria-pressed={present === b}
            onClick={() => void studio.apply({ badge: b })}
          >
            {b}
          </button>
        ))}
      </div>
      <div class="tool-actions">
        <button class="button" aria-disabled={ready ? undefined : 'true'}>
          {words.badgeApply}
        </button>
        {present && (
          <button type="button" class="button button-quiet" onClick={() => void studio.apply({ badge: '' })}>
            {words.badgeRemove}
          </button>
        )}
      </div>
    </form>
  )
}
