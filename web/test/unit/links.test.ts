import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { routeOf, type PageName } from '../../src/app/router'

type Handler = (event: { request: { uri: string } }) => { uri: string }

/** The function by which CloudFront finds the file of an address, out of the template. */
const template = readFileSync(new URL('../../../infra/site.yaml', import.meta.url), 'utf8')
const code = /FunctionCode: \|\n((?: {8}.*\n|\n)+)/.exec(template)![1]!
const handler = new Function(`${code}; return handler`)() as Handler

const files: Record<PageName, string | null> = {
  start: '/',
  result: '/result.html',
  dashboard: '/dashboard.html',
  account: '/account.html',
  missing: null,
}
const id = '0198c0de-1234-7abc-8def-0123456789ab'

it.each([
  '/',
  '/dashboard',
  '/dashboard/',
  '/account',
  '/account/',
  '/account/x',
  `/result/${id}`,
  `/result/${id}/`,
  `/result/${id}/x`,
  '/result/',
  '/dashboard/x',
  '/nothing',
])('CloudFront serves %s by the file of the page that the address is of', (uri) => {
  const { page } = routeOf(new URL(uri, 'https://ads.example'))
  // What is no page keeps its address, finds no file and becomes the 404 page.
  expect(handler({ request: { uri } }).uri).toBe(files[page] ?? uri)
})

it.each(['/assets/start-1a2b3c4d.js', '/favicon.svg', '/example-after.webp', '/result/picture.png'])(
  'CloudFront serves %s as it is',
  (uri) => {
    expect(handler({ request: { uri } }).uri).toBe(uri)
  },
)
