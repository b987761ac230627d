import { createServer, type Plugin, type ViteDevServer } from 'vite'

/**
 * Writes each page's first view into its HTML, so that it can be read before
 * the script has come and without it. The view is rendered by the very
 * components that the browser then takes over.
 */
export function prerender(): Plugin {
  let server: ViteDevServer | undefined
  let building = false

  return {
    name: 'nanococoa-prerender',
    config(_, env) {
      building = env.command === 'build'
    },
    transformIndexHtml: {
      order: 'pre',
      async handler(html, ctx) {
        server ??= ctx.server ?? (await renderer())
        const { render } = (await server.ssrLoadModule(
          '/src/app/prerender.tsx',
        )) as typeof import('../src/app/prerender')
        const { head, body } = render(ctx.path)
        return html.replace('<!--head-->', () => head).replace('<!--app-->', () => body)
      },
    },
    async closeBundle() {
      if (building) await server?.close()
    },
  }
}

/**
 * Has each page fetch the font's first chunk at once: it is needed for the first
 * words, and a browser would only hear of it from the style sheet.
 */
export function preloadFont(): Plugin {
  return {
    name: 'nanococoa-preload-font',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(_, ctx) {
        const font = Object.keys(ctx.bundle ?? {}).find((name) => /\/first-[^/]*\.woff2$/.test(name))
        if (!font) throw new Error('the build has no first.woff2; see scripts/fonts.py')
        return [
          {
            tag: 'link',
            attrs: { rel: 'preload', href: `/${font}`, as: 'font', type: 'font/woff2', crossorigin: '' },
            injectTo: 'head',
          },
        ]
      },
    },
  }
}

/** A Vite server that listens nowhere: it only loads the components. */
function renderer(): Promise<ViteDevServer> {
  return createServer({
    configFile: false,
    appType: 'custom',
    logLevel: 'warn',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    server: { middlewareMode: true, hmr: false, watch: null, ws: false },
    optimizeDeps: { noDiscovery: true, include: [] },
  })
}
