import { defineConfig } from 'vitest/config'

// Everything but "unit" drives Chromium against a running site: SITE_URL. On a busy machine
// the first order waits some seconds for its function to start, which a poll must outlast.
const browser = {
  fileParallelism: false,
  testTimeout: 120_000,
  hookTimeout: 120_000,
  expect: { poll: { timeout: 30_000 } },
}

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'] } },
      { test: { name: 'site', include: ['test/site/**/*.test.ts'], ...browser } },
      { test: { name: 'screenshots', include: ['test/look/screenshots.ts'], ...browser, testTimeout: 900_000 } },
      { test: { name: 'measure', include: ['test/look/measure.ts'], ...browser } },
    ],
  },
})
