import type { Part } from '../../api/client'
import { texts } from '../../texts'

/** What an owner should know of how the picture was made; nothing when all went as it should. */
export function MadeNotes({ parts, standIn }: { parts: readonly Part[]; standIn: boolean }) {
  const words = texts.result
  const scene = parts.find((p) => p.role === 'scene')
  if (scene?.reason) return <p class="note">{words.sceneReasons[scene.reason]}</p>
  return standIn ? <p class="note">{words.standIn}</p> : null
}

/** By what each part was made, for those who want to know. */
export function MadeBy({ parts }: { parts: readonly Part[] }) {
  const words = texts.result
  if (parts.length === 0) return null
  return (
    <details>
      <summary>{words.madeBy}</summary>
      <dl class="owners">
        {parts.map((part) => [
          <dt key={`${part.role} role`}>{words.roles[part.role]}</dt>,
          <dd key={part.role}>{maker(part)}</dd>,
        ])}
      </dl>
    </details>
  )
}

/** A part's model, with its version and the digest of its weights where they are known. */
export function maker(part: Part): string {
  if (part.model === null) return texts.result.noModel
  return [part.model, part.version, part.digest].filter(Boolean).join(' · ')
}
