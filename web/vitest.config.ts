import { defineConfig } from 'vitest/config'

// Everything but "unit" drives Chromium against a running site: SITE_URL. On a busy machine
// the first order waits some seconds for its function to start, which a poll must outlast.
const browser = {
  globalSetup: 'test/site/browser.ts',
  fileParallelism: false,
  testTimeout: 120_000,
  hookTimeout: 120_000,
  expect: { poll: { timeout: 30_000 } },
}

// These take the GPU server away, which whoever makes an ad beside them would notice.
const alone = ['test/site/failure.test.ts']

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'] } },
      {
        test: {
          name: 'site',
          include: ['test/site/**/*.test.ts'],
          exclude: alone,
          ...browser,
          // Half of a test is waiting for an ad. Files of one worker share what they import, a
          // finished ad among it.
          fileParallelism: true,
          maxWorkers: 2,
          isolate: false,
          sequence: { groupOrder: 1 },
        },
      },
      { test: { name: 'site-alone', include: alone, ...browser, sequence: { groupOrder: 2 } } },
      { test: { name: 'screenshots', include: ['test/look/screenshots.ts'], ...browser, testTimeout: 900_000 } },
      { test: { name: 'measure', include: ['test/look/measure.ts'], ...browser } },
    ],
  },
})
