// Makes the start page's before and after anew, from a photo and a running site:
//
//	SITE_URL=http://localhost:8890 node scripts/example.mjs photo.jpg
//
// The photo is the duffel bag of Amazon Berkeley Objects (B0799CK52K, CC BY 4.0);
// the footer and public/NOTICE.txt say so. Both pictures are committed, so that a
// build needs neither a photo nor a running site.
import { readFile, writeFile } from 'node:fs/promises'
import { chromium } from 'playwright-core'

const fields = {
  product_name: '주말 여행 가방',
  product_category: '의류',
  target_age: '20대',
  target_gender: '남성',
  ad_concept: '어두운 배경에 은은한 조명만 비추는 고급스럽고 차분한 느낌',
}

// Twice the width at which the page shows them, for screens with two pixels each.
const before = { side: 400, type: 'image/jpeg', quality: 0.82 }
const after = { side: 1024, type: 'image/webp', quality: 0.82 }
// What a messenger shows beside the site's address; not all of them read WebP.
const shared = { side: 800, type: 'image/jpeg', quality: 0.82 }

const site = process.env.SITE_URL
const [file] = process.argv.slice(2)
if (!site || !file) throw new Error('SITE_URL=… node scripts/example.mjs photo.jpg')

const photo = await readFile(file)
const ad = await make(photo)
const picture = Buffer.from(await (await fetch(site + ad.stage2_url)).arrayBuffer())
console.log(`${ad.main_copy} – ${ad.sub_copy} (${ad.stand_in ? 'stand-in' : 'model'})`)

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] })
const page = await browser.newPage()
await save('example-before.jpg', photo, before)
await save('example-after.webp', picture, after)
await save('og.jpg', picture, shared)
await browser.close()

/** Orders an ad and waits until it is finished. */
async function make(photo) {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('product_image', new Blob([photo]), 'photo')
  const ordered = await fetch(`${site}/api/ads/generate`, { method: 'POST', body: form })
  if (!ordered.ok) throw new Error(`${ordered.status}: ${await ordered.text()}`)
  const cookie = ordered.headers.getSetCookie().map((c) => c.split(';')[0]).join('; ')
  const { status_url } = await ordered.json()
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 2000))
    const ad = await (await fetch(site + status_url, { headers: { cookie } })).json()
    if (ad.status === 'succeeded') return ad
    if (ad.status === 'failed') throw new Error(ad.error.detail)
  }
}

/** Writes a picture as a square of white with the whole picture in it. */
async function save(name, bytes, { side, type, quality }) {
  const encoded = await page.evaluate(
    async ({ base64, side, type, quality }) => {
      const source = await createImageBitmap(await (await fetch(`data:image/*;base64,${base64}`)).blob())
      const canvas = Object.assign(document.createElement('canvas'), { width: side, height: side })
      const context = canvas.getContext('2d')
      context.fillStyle = '#fff'
      context.fillRect(0, 0, side, side)
      context.imageSmoothingQuality = 'high'
      const scale = side / Math.max(source.width, source.height)
      const [w, h] = [source.width * scale, source.height * scale]
      context.drawImage(source, (side - w) / 2, (side - h) / 2, w, h)
      return canvas.toDataURL(type, quality).split(',')[1]
    },
    { base64: bytes.toString('base64'), side, type, quality },
  )
  const out = Buffer.from(encoded, 'base64')
  await writeFile(new URL(`../public/${name}`, import.meta.url), out)
  console.log(`${name}: ${Math.round(out.length / 1000)} kB`)
}
