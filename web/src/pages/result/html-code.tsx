import { useEffect, useRef, useState } from 'preact/hooks'
import { texts } from '../../texts'
import { Icon } from '../../ui/icon'
import { Switch } from '../../ui/switch'
import { pictureData, picturesOf, previewDocument, withPicture } from './preview'
import './html-code.css'

/** The ad's markup, as code to copy and as it will look. */
export function HtmlCode({ code, onCopy }: { code: string; onCopy(): void }) {
  const words = texts.result
  const [view, setView] = useState<'code' | 'preview'>('code')
  return (
    <div class="html">
      <div class="html-bar">
        <Switch
          label={words.htmlTabs}
          value={view}
          choices={[
            ['code', words.htmlCode],
            ['preview', words.htmlPreview],
          ]}
          onChange={(next) => setView(next)}
        />
        <button class="button" onClick={onCopy}>
          <Icon name="copy" />
          {words.htmlCopy}
        </button>
      </div>
      {view === 'code' ? (
        <pre class="html-code" tabIndex={0} role="region" aria-label={words.htmlText}>
          <code translate={false}>{code}</code>
        </pre>
      ) : (
        <Preview code={code} />
      )}
    </div>
  )
}

function Preview({ code }: { code: string }) {
  const words = texts.result
  const [content, setContent] = useState<string | null>(null)
  const [failed, setFailed] = useState(false)
  const frame = useRef<HTMLDivElement>(null)

  useEffect(() => {
    let here = true
    const inlined = async () => {
      let all = code
      for (const picture of picturesOf(code)) all = withPicture(all, picture, await pictureData(picture))
      return previewDocument(all)
    }
    inlined().then(
      (content) => here && setContent(content),
      () => here && setFailed(true),
    )
    return () => {
      here = false
    }
  }, [code])

  useEffect(() => {
    // The ad keeps its sides' ratio; a frame without script cannot tell us.
    const ratio = /aspect-ratio:\s*([\d.]+\s*\/\s*[\d.]+)/.exec(code)?.[1]
    if (ratio) frame.current?.style.setProperty('--ratio', ratio)
  }, [code])

  if (failed) return <p class="note note-bad">{words.htmlPreviewFailed}</p>
  return (
    <div class="html-preview" ref={frame} aria-busy={content === null}>
      {content !== null && <iframe title={words.htmlFrame} sandbox="" srcdoc={content} />}
    </div>
  )
}
