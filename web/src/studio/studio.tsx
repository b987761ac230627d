import type { ComponentChildren } from 'preact'
import { texts } from '../texts'
import { Switch } from '../ui/switch'
import '../pages/start/form.css'
import { LookTool } from './look-tool'
import { ScenesTool } from './scenes-tool'
import { SizesTool } from './sizes-tool'
import './studio.css'
import type { Studio, Tool } from './use-studio'
import { WordsTool } from './words-tool'

const tools = { words: WordsTool, sizes: SizesTool, look: LookTool, scenes: ScenesTool } satisfies Record<Tool, unknown>

interface Props {
  studio: Studio
  /** The picture as it is, or as it is being written. */
  children: ComponentChildren
}

/**
 * What can be changed of a finished ad, one kind of thing at a time. On a phone the
 * picture goes along in small: what is changed is seen while it is changed.
 */
export function Tools({ studio, children }: Props) {
  const words = texts.studio
  const { current, tool } = studio
  const Chosen = tools[tool]
  return (
    <section class="card studio" aria-labelledby="studio">
      <h2 id="studio" tabIndex={-1}>
        {words.title}
      </h2>
      <Switch
        label={words.tools}
        value={tool}
        choices={(Object.keys(tools) as Tool[]).map((name) => [name, words.tool[name]] as const)}
        onChange={(next) => studio.choose(next)}
      />
      <div class="studio-picture" aria-hidden="true" style={{ '--ratio': String(current.width / current.height) }}>
        {children}
      </div>
      {studio.refused && (
        <p class="note note-bad" role="alert">
          {studio.refused}
        </p>
      )}
      <Chosen studio={studio} />
    </section>
  )
}
