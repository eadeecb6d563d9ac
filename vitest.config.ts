import { fileURLToPath } from 'node:url'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { hasChromium, launchOptions } from './test/support/chromium.js'
import { CountReporter } from './test/support/count-reporter.js'

// Tests import 'zerowire' by name and get src/ through the private condition, without a build.
// Vitest hands these on to its workers, so Node resolves the same way there.
const conditions = ['zerowire-source', 'node', 'development|production']

/** The process that tests talk to lives beside them. */
const globalSetup = 'test/support/far/setup.ts'

/** Bun ends at the native binding, whose tests are skipped there, and has a `ws` of its own: `npm run runtimes`. */
const inBun =
  'bun' in process.versions
    ? [
        { find: /^zeromq(\/.*)?$/, replacement: test('runtimes/without-native.ts') },
        { find: /^ws$/, replacement: test('../node_modules/ws/wrapper.mjs') },
      ]
    : []

const node: TestProjectInlineConfiguration = {
  resolve: { conditions, alias: inBun },
  ssr: { resolve: { conditions } },
  test: {
    name: 'node',
    include: ['test/**/*.test.ts', 'patterns/**/*.test.ts'],
    exclude: ['test/chromium/**'],
    // Processes, not threads: native peers and process-wide state stay apart from each other.
    pool: 'forks',
    globalSetup,
  },
}

function test(file: string): string {
  return fileURLToPath(new URL(`test/${file}`, import.meta.url))
}

function source(entry: string): string {
  return `${fileURLToPath(new URL('src', import.meta.url))}/${entry}.ts`
}

/** Those that run in both, and those that only a browser can run. */
const inBrowsers = [
  'test/{everywhere,chromium}/**/*.test.ts',
  'test/util/{backoff,chunk-pool,deque}.test.ts',
  'test/endpoint.test.ts',
]

const chromium: TestProjectInlineConfiguration = {
  resolve: {
    conditions: ['zerowire-source', 'browser', 'module', 'development|production'],
    // Vite does not look up a package in itself.
    alias: [
      { find: /^zerowire$/, replacement: source('browser') },
      { find: /^zerowire\/(\w+)$/, replacement: source('$1') },
    ],
  },
  // What Vite finds out about only during the run makes it load the pages again.
  optimizeDeps: {
    include: ['fast-check', '@noble/ciphers/salsa.js', '@noble/curves/ed25519.js'],
  },
  test: {
    name: 'browser',
    include: inBrowsers,
    globalSetup,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({ launchOptions }),
      instances: [{ browser: 'chromium', name: 'chromium' }],
    },
  },
}

/** The same tests by name, each of them skipped. */
const withoutChromium: TestProjectInlineConfiguration = {
  ...node,
  test: {
    name: 'chromium',
    include: inBrowsers,
    setupFiles: 'test/support/without-chromium.ts',
  },
}

export default defineConfig({
  test: {
    projects: [node, hasChromium() ? chromium : withoutChromium].map((project) => ({
      extends: true,
      ...project,
    })),
    maxWorkers: 2,
    // Some have work for twenty seconds, or start programs, on a machine that is busy with others.
    testTimeout: 90_000,
    hookTimeout: 90_000,
    allowOnly: false,
    reporters: ['default', new CountReporter()],
    // `npm run coverage`: what strangers can reach, to the last branch.
    coverage: {
      provider: 'v8',
      include: ['src/{wire,security,session}/**/*.ts'],
      exclude: ['**/*.d.ts'],
      reporter: [['text', { skipFull: true }]],
      // Negative: how many nothing reaches, each of them in the table of docs/architecture.md.
      thresholds: { branches: 100, functions: -3, lines: -3 },
    },
  },
})
