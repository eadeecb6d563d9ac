import { defineConfig } from 'vitest/config'
import { CountReporter } from './test/support/count-reporter.js'

// Tests import 'zerowire' by name and get src/ through the private condition, without a build.
// Vitest hands these on to its workers, so Node resolves the same way there.
const conditions = ['zerowire-source', 'node', 'development|production']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['test/**/*.test.ts', 'patterns/**/*.test.ts'],
    // Processes, not threads: native peers and process-wide state stay apart from each other.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    allowOnly: false,
    reporters: ['default', new CountReporter()],
  },
})
