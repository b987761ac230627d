import { defineConfig } from 'vite'
import { preloadFont, prerender } from './build/prerender.ts'

export default defineConfig({
  plugins: [prerender(), preloadFont()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    // What browsers of the last three years run; older ones read the page
    // without script.
    target: ['chrome111', 'safari16.4', 'firefox114'],
    // Everything is a file of its own: the content security policy allows no
    // data: address but for pictures.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: ['index.html', 'result.html', 'dashboard.html', 'account.html', '404.html'],
      output: {
        codeSplitting: {
          // What every page needs is one file: on a slow phone each further one
          // costs more than the few bytes another page alone would use.
          groups: [
            {
              name: 'site',
              test: /node_modules|\/src\/(texts|(app|api|ad|keep|style)\/|ui\/(icon|confirm|message))/,
            },
          ],
        },
      },
    },
  },
})
