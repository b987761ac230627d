import { describe, expect, it } from 'vitest'
import {
  balanced,
  paragraph,
  parse,
  property,
  ratioOf,
  replaced,
  withoutFallback,
  withWords,
  type Layer,
} from '../../src/studio/markup'

/** As internal/compose writes it, short of what nobody looks at here. */
const box = 'position:absolute;left:19%;width:60%'
const code = `<div lang="ko" style="position:relative;aspect-ratio:1024/1024;font-family:&#39;Pretendard&#39;">
<div style="position:absolute"><img src="/api/images/1" width="100%" style=""><p style="">여행이 되는 하루</p></div>
<div aria-hidden="true" style="height:0;overflow:hidden">
<img src="/api/images/1" data-role="picture" alt="가방 광고: &quot;여행&quot;" style="position:absolute;left:0%">
<div aria-hidden="true" style="position:absolute;top:0%;background:linear-gradient(to bottom,rgba(0,0,0,0.5) 0%)"></div>
<p data-role="main" style="${box};top:6%;height:12.4%;font-size:10cqw;line-height:1.24"><span>여행이 되는 하루</span></p>
<p data-role="sub" style="${box};top:21%;height:5.8%;font-size:4cqw;line-height:1.45"
><span>필요한 것만</span> <span style="display:block">담아 &lt;나서세요&gt;</span></p>
</div>
</div>`

/** Every letter as wide as its size, but for spaces. */
const measure = (text: string) => [...text].reduce((w, c) => w + (c === ' ' ? 0.3 : 1), 0)
const said = (layer: Layer | null) =>
  layer?.children.flatMap((c) => (typeof c === 'object' ? [c.children.join('')] : [])) ?? null
const share = (layer: Layer | null, name: string) => parseFloat(property(layer!.style, name)!)

const picture = (layer: Layer) => (((layer.children[1] as Layer).children[0] as Layer).src)

describe('the markup of an ad', () => {
  const ad = parse(code)!

  it('is read as a tree', () => {
    const kinds = (l: Layer) => l.children.map((c) => (typeof c === 'object' ? c.tag : c))
    expect(kinds(ad)).toEqual(['div', 'div'])
    expect(kinds(ad.children[1] as Layer)).toEqual(['img', 'div', 'p', 'p'])
    expect(withoutFallback(ad).children).toEqual([ad.children[1]])
    expect(property(ad.style, 'font-family')).toBe("'Pretendard'")
    expect(picture(ad)).toBe('/api/images/1')
    expect(said(paragraph(ad, 'sub'))).toEqual(['필요한 것만', '담아 <나서세요>'])
    expect(paragraph(ad, 'badge')).toBeNull()
    expect(ratioOf(ad)).toBe(1)
  })

  it.each([
    ['a script', '<div style=""><script>alert(1)</script></div>'],
    ['a link', '<div style=""><a href="https://example.com">x</a></div>'],
    ['a picture in a style', '<div style="background:url(https://example.com)"></div>'],
    ['what leaves its place', '<div style="position: fixed;inset:0"></div>'],
    ['two ads', '<div style=""></div><div style=""></div>'],
    ['one that does not end', '<div style=""><p style="">'],
    ['one that ends otherwise', '<div style=""></p></div>'],
    ['a handler', '<div style="" onclick=alert(1)></div>'],
    ['nothing', ''],
  ])('is not %s', (_, code) => expect(parse(code)).toBeNull())

  it('takes neither handlers nor what else is not listed', () => {
    expect(parse('<div style="color:red" onclick="alert(1)"><img src="/x" onerror="alert(1)"></div>')).toEqual({
      tag: 'div',
      style: 'color:red',
      src: null,
      role: null,
      children: [{ tag: 'img', style: '', src: '/x', role: null, children: [] }],
    })
  })

  it('has its pictures changed', () => {
    const other = replaced(ad, (l) => (l.tag === 'img' ? { ...l, src: '/small' } : l))
    expect(picture(other)).toBe('/small')
    expect(picture(ad)).toBe('/api/images/1')
  })
})

describe('other words', () => {
  const ad = parse(code)!
  const of = (main: string, sub: string, from = ad) => {
    const other = withWords(from, main, sub, measure)
    return { main: paragraph(other, 'main'), sub: paragraph(other, 'sub') }
  }

  it('stand where the present ones do, and keep their face', () => {
    const { main, sub } = of('여행이 되는 하루', '가볍게 나서세요')
    expect(said(main)).toEqual(['여행이 되는 하루'])
    expect([share(main, 'left'), share(main, 'top'), share(main, 'width')]).toEqual([19, 6, 60])
    expect(property(main!.style, 'line-height')).toBe('1.24')
    expect(share(main, 'font-size')).toBeGreaterThan(7)
    expect(share(sub, 'top')).toBeGreaterThan(share(main, 'top') + share(main, 'height'))
  })

  // Both sides as the server set them for one scene: words that fill their area, and words that leave room.
  it('above the product stand where the server sets them', () => {
    const words = (role: string, top: number, height: number, size: number, lines: string) =>
      `<p data-role="${role}" style="left:8%;top:${top}%;width:84%;height:${height}%;align-items:center;` +
      `font-size:${size}cqw"><span>${lines}</span></p>`
    const set = (main: string[], sub: string[]) =>
      parse(`<div style="aspect-ratio:1024/1024">${main.join('')}${sub.join('')}</div>`)!
    const roomy = set(
      [words('main', 8.299, 8.138, 6.563, '겨울 아침을 여는 따뜻한 여행 가방')],
      [words('sub', 18.144, 4.187, 2.888, '떠나는 길에')],
    )
    const other = withWords(roomy, '떠나요', '떠나는 길에', measure, 'top-center')
    const [main, sub] = [paragraph(other, 'main'), paragraph(other, 'sub')]
    expect(share(main, 'top')).toBeCloseTo(6, 0)
    expect(share(main, 'font-size')).toBeCloseTo(9.73, 0)
    expect(Math.abs(share(sub, 'top') - 20.6)).toBeLessThan(0.8)
  })

  it('in the middle may be as wide as the margins allow, before they take a second line', () => {
    const centred = parse(code.replaceAll('height:', 'align-items:center;height:').replaceAll('19%', '20%'))!
    const { main } = of('눈길도 가볍게 떠나는 가방', '', centred)
    expect(said(main)).toEqual(['눈길도 가볍게 떠나는 가방'])
    expect([share(main, 'left'), share(main, 'width')]).toEqual([6, 88])
  })

  it.each([
    ['a word', '봄'],
    ['twenty letters', '하나둘셋 넷다섯여섯 일곱여덟 아홉열열하나'],
    ['one long word', '가나다라마바사아자차카타파하거너더러머버'],
  ])('of %s stay inside of the box', (_, text) => {
    const { main } = of(text, '')
    const size = share(main, 'font-size')
    for (const line of said(main)!) expect(measure(line) * size).toBeLessThanOrEqual(60.01)
    expect(said(main)!.join(' ')).toBe(text)
    expect(share(main, 'height')).toBeCloseTo(said(main)!.length * size * 1.24, 1)
    expect(size).toBeLessThanOrEqual(12)
  })

  it('may be none', () => {
    const { main, sub } = of('', '')
    expect([said(main), said(sub)]).toEqual([[], []])
    expect(said(of('', '담아 나서세요').sub)).toEqual(['담아 나서세요'])
  })

  it('are shares of the frame in a tall one too', () => {
    const tall = parse(code.replace('1024/1024', '1080/1920'))!
    const { main } = of('여행이 되는 하루', '', tall)
    const size = share(main, 'font-size')
    expect(share(main, 'height')).toBeCloseTo((said(main)!.length * size * 1.24 * 1080) / 1920, 1)
  })

  it('that are the same in the code of an ad without words change nothing', () => {
    const bare = parse('<div style="aspect-ratio:1/1"><img src="/x" style=""></div>')!
    expect(withWords(bare, '가', '나', measure)).toEqual(bare)
  })
})

describe('lines', () => {
  it.each([
    [['가나', '다라', '마바'], 2, ['가나 다라', '마바']],
    [['가나다라', '마', '바사'], 2, ['가나다라', '마 바사']],
    [['하나'], 2, ['하나']],
    [[], 2, []],
  ])('%j in %d', (words, n, lines) => {
    const made = balanced(words, n, measure)
    expect(Math.max(0, ...made.map(measure))).toBe(Math.max(0, ...lines.map(measure)))
    expect(made.join(' ')).toBe(words.join(' '))
  })
})
