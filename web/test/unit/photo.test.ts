import { describe, expect, it } from 'vitest'
import { stays } from '../../src/keep/photos'
import { fitBytes, withXmp, xmpOf } from '../../src/photo/jpeg'
import { fit, mustShrink } from '../../src/photo/size'
import { sniff } from '../../src/photo/sniff'

const ascii = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0))

describe('sniff', () => {
  const cases: [name: string, head: Uint8Array, kind: ReturnType<typeof sniff>][] = [
    ['JPEG', ascii('\xff\xd8\xff\xe0....'), 'image/jpeg'],
    ['PNG', ascii('\x89PNG\r\n\x1a\n....'), 'image/png'],
    ['GIF of 1987', ascii('GIF87a....'), 'image/gif'],
    ['GIF of 1989', ascii('GIF89a....'), 'image/gif'],
    ['WebP', ascii('RIFF....WEBPVP8 '), 'image/webp'],
    ['a RIFF that is a sound', ascii('RIFF....WAVEfmt '), 'unknown'],
    ['HEIC of an iPhone', ascii('\0\0\0\x24ftypheic\0\0\0\0mif1MiHB'), 'image/heic'],
    ['HEIC of a Galaxy', ascii('\0\0\0\x18ftypmif1\0\0\0\0heic'), 'image/heic'],
    ['AVIF that says mif1 first', ascii('\0\0\0\x1cftypmif1\0\0\0\0miafavif'), 'image/avif'],
    ['a film', ascii('\0\0\0\x18ftypmp42\0\0\0\0isom'), 'unknown'],
    ['HTML', ascii('<!doctype html>'), 'unknown'],
    ['nothing', new Uint8Array(), 'unknown'],
  ]
  it.each(cases)('%s', (_, head, kind) => expect(sniff(head)).toBe(kind))
})

describe('fit', () => {
  const cases: [width: number, height: number, longest: number, to: [number, number]][] = [
    [4000, 3000, 2560, [2560, 1920]],
    [3000, 4000, 2560, [1920, 2560]],
    [2560, 2560, 2560, [2560, 2560]],
    [100, 50, 2560, [100, 50]],
    [10_000, 1, 2560, [2560, 1]],
  ]
  it.each(cases)('%i × %i to %i', (width, height, longest, [w, h]) => {
    expect(fit({ width, height }, longest)).toEqual({ width: w, height: h })
  })
})

describe('mustShrink', () => {
  const cases: [name: string, width: number, height: number, bytes: number, must: boolean][] = [
    ['a small photo', 1024, 1024, 400_000, false],
    ['the longest side allowed', 2560, 1440, 9_000_000, false],
    ['a pixel more', 2561, 1440, 100_000, true],
    ['too many bytes', 1000, 1000, 20 * 1024 * 1024 + 1, true],
    ['a 50 megapixel phone', 8160, 6120, 12_000_000, true],
  ]
  it.each(cases)('%s', (_, width, height, bytes, must) => expect(mustShrink({ width, height }, bytes)).toBe(must))
})

describe('fitBytes', () => {
  /** A picture whose JPEG takes so many bytes at full size and quality. */
  const encoder = (bytes: number) => {
    const tries: { scale: number; quality: number }[] = []
    const encode = async (scale: number, quality: number) => {
      tries.push({ scale, quality })
      return new Uint8Array(Math.round(bytes * scale * scale * quality ** 3))
    }
    return { encode, tries }
  }

  it('takes the best quality when that fits', async () => {
    const { encode, tries } = encoder(400_000)
    expect((await fitBytes(encode, 500_000))!.length).toBeLessThanOrEqual(500_000)
    expect(tries).toEqual([{ scale: 1, quality: 0.95 }])
  })

  it('finds the highest quality that fits, to within two hundredths', async () => {
    const { encode, tries } = encoder(1_000_000)
    const found = (await fitBytes(encode, 500_000))!
    expect(found.length).toBeLessThanOrEqual(500_000)
    const ideal = 0.5 ** (1 / 3)
    expect(ideal - Math.cbrt(found.length / 1_000_000)).toBeLessThan(0.02)
    expect(tries.every((t) => t.scale === 1)).toBe(true)
  })

  it('makes the picture smaller only when no quality helps', async () => {
    const { encode, tries } = encoder(3_000_000)
    expect((await fitBytes(encode, 500_000))!.length).toBeLessThanOrEqual(500_000)
    expect(tries[0]!.scale).toBe(1)
    expect(tries.at(-1)!.scale).toBeLessThan(1)
    expect(tries.at(-1)!.scale).toBeGreaterThan(0.6)
  })

  it('gives up on what cannot be', async () => {
    expect(await fitBytes(encoder(1e9).encode, 500_000)).toBeNull()
  })
})

describe('the note of a picture', () => {
  const chunk = (kind: string, data: Uint8Array) => {
    const out = new Uint8Array(12 + data.length)
    new DataView(out.buffer).setUint32(0, data.length)
    out.set(ascii(kind), 4)
    out.set(data, 8)
    return out
  }
  const png = (...chunks: Uint8Array[]) =>
    Uint8Array.from([...ascii('\x89PNG\r\n\x1a\n'), ...chunks.flatMap((c) => [...c])])
  const header = chunk('IHDR', new Uint8Array(13))
  const end = chunk('IEND', new Uint8Array())
  const xmp = (text: string) => chunk('iTXt', ascii(`XML:com.adobe.xmp\0\0\0\0\0${text}`))

  it('is read out of a PNG', () => {
    expect(xmpOf(png(header, xmp('<x/>'), end))).toEqual(ascii('<x/>'))
    expect(xmpOf(png(header, chunk('iTXt', ascii('Comment\0\0\0\0\0hi')), xmp('<y/>'), end))).toEqual(ascii('<y/>'))
  })
  it.each([
    ['without one', png(header, end)],
    ['with a compressed one', png(header, chunk('iTXt', ascii('XML:com.adobe.xmp\0\x01\0\0\0zz')), end)],
    ['that is cut off', png(header, xmp('<x/>')).subarray(0, 50)],
    ['that is none', ascii('hello')],
  ])('is absent from a PNG %s', (_, bytes) => expect(xmpOf(bytes)).toBeNull())

  it('is put into a JPEG behind its first segment', () => {
    const jfif = Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 0, 4, 9, 9, 0xff, 0xdb, 0, 3, 7])
    const marked = withXmp(jfif, ascii('<x/>'))
    expect([...marked.subarray(0, 8)]).toEqual([...jfif.subarray(0, 8)])
    expect([...marked.subarray(8, 12)]).toEqual([0xff, 0xe1, 0, 2 + 29 + 4])
    expect(new TextDecoder().decode(marked.subarray(12, 45))).toBe('http://ns.adobe.com/xap/1.0/\0<x/>')
    expect([...marked.subarray(45)]).toEqual([...jfif.subarray(8)])
  })
  it('is put behind SOI where there is no such segment', () => {
    expect([...withXmp(Uint8Array.from([0xff, 0xd8, 0xff, 0xdb]), ascii('<x/>')).subarray(0, 4)]).toEqual([
      0xff, 0xd8, 0xff, 0xe1,
    ])
  })
  it('does not go into what is no JPEG, nor when it is too long', () => {
    expect(() => withXmp(ascii('hello'), ascii('<x/>'))).toThrow()
    expect(() => withXmp(Uint8Array.from([0xff, 0xd8]), new Uint8Array(70_000))).toThrow()
  })
})

describe('stays', () => {
  const day = 24 * 3600_000
  it.each([
    ['the newest', 0, 0, true],
    ['the sixth', 5, 6 * day, true],
    ['the seventh', 6, 1, false],
    ['one of eight days', 1, 8 * day, false],
  ])('%s', (_, place, age, kept) => expect(stays({ keptAt: 1e12 }, place, 1e12 + age)).toBe(kept))
})
