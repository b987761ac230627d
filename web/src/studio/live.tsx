import type { Rendition } from '../api/client'
import { parse, property, replaced, restyled, withoutFallback, withWords, type Layer, type Measure } from './markup'

/** The site's own face is the one that words are set in where no other was chosen. */
const face = "'Cocoa Sans'"

/**
 * A rendition with words that are still being written, drawn by the page itself: the
 * server's own boxes, faces and colours over the scene. Null where its markup cannot
 * be drawn; then the picture stays as it is until the server makes the next.
 */
export function liveOf(r: Rendition, main: string, sub: string): Layer | null {
  const code = parse(r.html_code)
  if (!code) return null
  const ad = withoutFallback(code)
  const family = property(ad.style, 'font-family')
  const inFace = { ...ad, style: restyled(ad.style, { 'font-family': family ? `${face},${family}` : face }) }
  return withWords(inFace, main, sub, measureIn(inFace), r.layout ?? '')
}

/** The layer's pictures in the size of a page; the server's markup names the large ones. */
export function withScene(ad: Layer, scene: string): Layer {
  return replaced(ad, (l) => (l.tag === 'img' && l.src?.includes('/api/images/') ? { ...l, src: scene } : l))
}

function measureIn(ad: Layer): Measure {
  const context = document.createElement('canvas').getContext('2d')
  return (text, paragraph) => {
    if (!context) return text.length // about right: Hangul is nearly as wide as it is high
    const of = (name: string) => property(paragraph.style, name) ?? property(ad.style, name)
    context.font = `${of('font-weight') ?? 400} 100px ${of('font-family') ?? face}`
    const spacing = parseFloat(of('letter-spacing') ?? '0') || 0 // em
    return context.measureText(text).width / 100 + spacing * [...text].length
  }
}

/** Draws a layer by elements of the page's own. */
export function Live({ layer }: { layer: Layer }) {
  const { tag, style, src, children } = layer
  const drawn = children.map((c, i) => (typeof c === 'string' ? c : <Live key={i} layer={c} />))
  switch (tag) {
    case 'img':
      return <img src={src ?? undefined} alt="" style={style} />
    case 'p':
      return <p style={style}>{drawn}</p>
    case 'span':
      return <span style={style}>{drawn}</span>
    case 'div':
      return <div style={style}>{drawn}</div>
  }
}
