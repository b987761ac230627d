import { normalize } from './fields'
import { texts } from '../texts'

/**
 * Windows counts 255 UTF-16 units, Linux 255 bytes with three a Korean letter;
 * this leaves room for the ending and for a browser's " (1)".
 */
const maxBytes = 120

/**
 * A file name for a product's ad, such as "울 더플백 광고.png": as a person would
 * write it, without what Windows, macOS, Android or a shell would take amiss.
 */
export function fileName(product: string, ending: string): string {
  const clean = normalize(product)
    .replace(/[\p{C}\\/:*?"<>|%&#$!'`^;@={}[\]~]/gu, '')
    .replace(/\p{Z}+/gu, ' ')
    .replace(/^[ .\-_]+|[ .\-_]+$/g, '')
  const encoder = new TextEncoder()
  let stem = ''
  for (const character of clean) {
    if (encoder.encode(stem + character).length > maxBytes) break
    stem += character
  }
  return `${stem.trimEnd() || texts.result.fileFallback} ${texts.result.fileSuffix}.${ending}`
}
