/**
 * An ad's markup as a tree. It comes from the server's own templates; still only what
 * is listed here is taken out of it, and nothing of it is ever put into the page as
 * markup: the studio draws elements of its own from the tree.
 */
export interface Layer {
  tag: 'div' | 'img' | 'p' | 'span'
  style: string
  src: string | null
  /** main, sub, badge or ai_mark for a paragraph of words. */
  role: string | null
  children: (Layer | string)[]
}

const tags: readonly string[] = ['div', 'img', 'p', 'span'] satisfies Layer['tag'][]

/** Reads the markup of an ad; null when it is none that this page can draw. */
export function parse(code: string): Layer | null {
  const root: Layer = { tag: 'div', style: '', src: null, role: null, children: [] }
  const open = [root]
  const token = /<(\/?)([a-z]+)((?:\s+[a-z-]+(?:="[^"]*")?)*)\s*\/?>|([^<]+)|</g
  for (const [all, slash, tag, attributes, text] of code.matchAll(token)) {
    const here = open.at(-1)!
    if (text !== undefined) {
      if (text.trim() || here.tag === 'span') here.children.push(unescape(text))
      continue
    }
    if (!tag || !tags.includes(tag)) return null // "<" by itself, or what no ad has
    if (slash) {
      if (open.length === 1 || here.tag !== tag) return null
      open.pop()
      continue
    }
    const of = (name: string) => {
      const found = new RegExp(`\\s${name}="([^"]*)"`).exec(attributes ?? '')?.[1]
      return found === undefined ? null : unescape(found)
    }
    const style = of('style') ?? ''
    if (/url\(|expression|@import|position:\s*fixed/i.test(style)) return null
    const layer: Layer = { tag: tag as Layer['tag'], style, src: of('src'), role: of('data-role'), children: [] }
    here.children.push(layer)
    if (tag !== 'img' && !all.endsWith('/>')) open.push(layer)
  }
  const [ad] = root.children
  return open.length === 1 && root.children.length === 1 && typeof ad === 'object' ? ad : null
}

function unescape(text: string): string {
  const names: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|([a-z]+));/gi, (all, decimal, hex, name) => {
    const code = decimal ? Number(decimal) : hex ? parseInt(hex, 16) : null
    return code === null ? (names[name] ?? all) : code <= 0x10ffff ? String.fromCodePoint(code) : ''
  })
}

/** The same tree with each node that the function gives another one for. */
export function replaced(layer: Layer, by: (layer: Layer) => Layer): Layer {
  const other = by(layer)
  return { ...other, children: other.children.map((c) => (typeof c === 'string' ? c : replaced(c, by))) }
}

/** One property of an inline style, null without it. The last one counts. */
export function property(style: string, name: string): string | null {
  return [...style.matchAll(new RegExp(`(?:^|;)\\s*${name}\\s*:\\s*([^;]+)`, 'g'))].at(-1)?.[1]?.trim() ?? null
}

/** A style with some of its properties set anew. */
export function restyled(style: string, changes: Readonly<Record<string, string>>): string {
  return `${style};${Object.entries(changes)
    .map(([name, value]) => `${name}:${value}`)
    .join(';')}`
}

/** The width of a text in em, in the face that a paragraph of the ad has. */
export type Measure = (text: string, paragraph: Layer) => number

/** The paragraph of words of a role, wherever it is; null without one. */
export function paragraph(ad: Layer, role: string): Layer | null {
  for (const child of ad.children) {
    if (typeof child === 'string') continue
    const found = child.tag === 'p' && child.role === role ? child : paragraph(child, role)
    if (found) return found
  }
  return null
}

/** The ad without what only mail programs show, where layers cannot lie on each other. */
export function withoutFallback(ad: Layer): Layer {
  const plain = (c: Layer | string) => typeof c === 'object' && c.tag === 'p' && c.role === null
  return { ...ad, children: ad.children.filter((c) => typeof c === 'string' || !c.children.some(plain)) }
}

// As internal/compose/layout.go sets the words: how high a line is, how far the sizes
// go as shares of the frame, what a line more costs.
const leading = { main: 1.24, sub: 1.45 }
const settled = 0.4 // of the free height is above words at the top
const lineCost = (lines: number) => 0.05 * (lines - 1) + 0.09 * Math.max(lines - 2, 0)

/**
 * The ad with other words in the boxes that the server gave to the present ones: set
 * as large as there, or smaller or in more lines where they need it. What the server
 * makes of them may break a line elsewhere; it stands in the same place, in the same
 * face and colour.
 */
export function withWords(ad: Layer, main: string, sub: string, measure: Measure, layout = ''): Layer {
  const [mainBox, subBox] = [boxOf(ad, 'main'), boxOf(ad, 'sub')]
  const ratio = ratioOf(ad)
  const first = mainBox ?? subBox
  if (!first) return ad
  // Everything in shares of the frame's width, 100 being all of it.
  const mean = 100 / Math.sqrt(ratio)
  const limit = { max: Math.min(0.11 * mean, 12, 30 / ratio), min: 0.045 * mean }
  const width = Math.max(mainBox?.width ?? 0, subBox?.width ?? 0, roomOf(first))
  const largest = Math.max(limit.max, mainBox?.size ?? 0)

  const wishOf = (headline: number) =>
    Math.min(Math.max(0.44 * headline, 0.023 * mean), 0.046 * mean, headline / 1.6)
  // How high headline and sub copy are with what is between them.
  const heightOf = (lines: number, size: number, subSize: number) =>
    lines * size * leading.main + (subSize ? 0.26 * size + subSize * leading.sub * linesOf(subBox) : 0)

  let top = first.top / ratio
  const made = new Map<string, Layer>()
  let headline = 0
  let subMost = Infinity
  if (mainBox) {
    let set = setIn(mainBox, main, width, largest, limit.min, measure)
    const margin = Math.max(6 * Math.min(1, 1 / ratio), 4 / ratio)
    if (layout === 'top-center' && set.lines.length > 0 && 1 / ratio <= 1.6 && top >= margin - 0.1) {
      // The words stand at two fifths of the height that their area leaves them.
      const room = heightOf(linesOf(mainBox), mainBox.size, subBox?.size ?? 0) + (top - margin) / settled
      const high = (subSize: number) => heightOf(set.lines.length, set.size, sub.trim() && subBox ? subSize : 0)
      // Sub copy gives way first, to a third of the headline.
      while (high(0.34 * set.size) > room && set.size > limit.min) set = { ...set, size: set.size * 0.96 }
      const left = (room - set.lines.length * set.size * leading.main - 0.26 * set.size) / leading.sub
      subMost = Math.max(left / Math.max(linesOf(subBox), 1), 0.34 * set.size)
      top = Math.max(margin, margin + settled * (room - high(Math.min(wishOf(set.size), subMost))))
    }
    made.set('main', drawn(mainBox, width, set, top * ratio, leading.main, ratio))
    headline = set.lines.length > 0 ? set.size : 0
    top += set.lines.length * set.size * leading.main + (headline ? 0.26 * headline : 0)
  }
  if (subBox) {
    const wish = headline ? Math.min(wishOf(headline), subMost) : Math.max(subBox.size, 0.046 * mean)
    const set = setIn(subBox, sub, width, wish, 0.6 * wish, measure)
    // Where the present one stands, unless the headline above has grown or shrunk.
    made.set('sub', drawn(subBox, width, set, (mainBox ? top : subBox.top / ratio) * ratio, leading.sub, ratio))
  }
  return replaced(ad, (l) => (l.tag === 'p' && made.get(l.role ?? '')) || l)
}

/**
 * How wide the words of a box may get: those in the middle of an area as far as its
 * nearer margin of 6 %; those at a side only as wide as they are.
 */
function roomOf({ layer, left, width }: Box): number {
  if (property(layer.style, 'align-items') !== 'center') return width
  const middle = left + width / 2
  return 2 * Math.min(middle - 6, 94 - middle)
}

interface Box {
  layer: Layer
  left: number // % of the width
  top: number // % of the height
  width: number // % of the width
  size: number // of the letters, % of the width
}

function boxOf(ad: Layer, role: string): Box | null {
  const layer = paragraph(ad, role)
  if (!layer) return null
  const of = (name: string) => parseFloat(property(layer.style, name) ?? '')
  const box = { layer, left: of('left'), top: of('top'), width: of('width'), size: of('font-size') }
  return [box.left, box.top, box.width, box.size].every(Number.isFinite) ? box : null
}

const linesOf = (box: Box | null) => box?.layer.children.filter((c) => typeof c === 'object').length ?? 0

/** Width through height of the ad. */
export function ratioOf(ad: Layer): number {
  const [w, h] = (property(ad.style, 'aspect-ratio') ?? '1/1').split('/').map(Number)
  return w && h ? w / h : 1
}

interface Setting {
  lines: string[]
  size: number
}

function setIn(
  { layer, size: present }: Box,
  text: string,
  width: number,
  max: number,
  min: number,
  measure: Measure,
): Setting {
  const words = text.trim().split(/\s+/).filter(Boolean)
  const before = layer.children.flatMap((c) => (typeof c === 'object' ? [c.children.join('')] : []))
  if (before.join(' ') === words.join(' ')) return { lines: before, size: Math.min(present, max) }
  let best: Setting & { value: number } = { lines: [], size: max, value: -Infinity }
  for (let n = 1; n <= Math.min(3, words.length); n++) {
    const lines = balanced(words, n, (line) => measure(line, layer))
    const widest = Math.max(...lines.map((line) => measure(line, layer)))
    // More lines than before have the room of those before, and a little.
    const high = n > before.length ? (1.15 * Math.max(before.length, 1) * present) / n : max
    const size = Math.min(max, width / widest, high)
    const value = (0.9 * size) / max - lineCost(n) - (size < min ? 1 : 0)
    if (value > best.value) best = { lines, size, value }
  }
  return best
}

/** Breaks words into n lines so that the widest is as narrow as can be. */
export function balanced(words: readonly string[], n: number, measure: (line: string) => number): string[] {
  if (n <= 1 || words.length <= 1) return words.length ? [words.join(' ')] : []
  let best: string[] = []
  let least = Infinity
  for (let i = 1; i <= words.length - n + 1; i++) {
    const head = words.slice(0, i).join(' ')
    const rest = balanced(words.slice(i), n - 1, measure)
    const widest = Math.max(measure(head), ...rest.map(measure))
    if (widest < least) [best, least] = [[head, ...rest], widest]
  }
  return best
}

function drawn(
  { layer, left, width: present }: Box,
  width: number,
  { lines, size }: Setting,
  top: number,
  leading: number,
  ratio: number,
): Layer {
  const centred = property(layer.style, 'align-items') === 'center'
  const span = layer.children.find((c): c is Layer => typeof c === 'object')
  const number = (v: number) => String(Math.round(v * 1000) / 1000)
  return {
    ...layer,
    style: restyled(layer.style, {
      ...(centred ? { left: `${number(left + (present - width) / 2)}%`, width: `${number(width)}%` } : {}),
      top: `${number(top)}%`,
      height: `${number(lines.length * size * leading * ratio)}%`,
      'font-size': `${number(size)}cqw`,
    }),
    children: lines.map((line) => ({
      tag: 'span',
      src: null,
      role: null,
      style: span?.style ?? 'display:block;white-space:pre',
      children: [line],
    })),
  }
}
