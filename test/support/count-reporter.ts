import type { Reporter, TestCase, TestModule } from 'vitest/node'

/**
 * Ends the run with one line a script can read: `N passed, N failed[, N skipped]`.
 *
 * Whatever failed outside of a test (a module that does not load, a hook, an unhandled rejection)
 * counts as failed too, so that the line never looks better than the exit code.
 * Skipped tests are listed with their reason, and fail the run when `CI=true`.
 */
export class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const skipped = tests.filter((test) => test.result().state === 'skipped')
    const passed = tests.filter((test) => test.result().state === 'passed').length
    const failedTests = tests.length - passed - skipped.length
    const failed = failedTests + errorsOutsideTests(modules) + unhandledErrors.length

    const count = [`${passed} passed`, `${failed} failed`]
    if (skipped.length > 0) count.push(`${skipped.length} skipped`)
    const lines = [...skipped.map(describeSkipped), count.join(', ')]

    if (skipped.length > 0 && process.env['CI'] === 'true') process.exitCode = 1
    // Only at exit has everybody else said their last word.
    process.once('exit', () => process.stdout.write(`${lines.join('\n')}\n`))
  }
}

function errorsOutsideTests(modules: readonly TestModule[]): number {
  const suites = modules.flatMap((module) => [module, ...module.children.allSuites()])
  return suites.reduce((sum, suite) => sum + suite.errors().length, 0)
}

function describeSkipped(test: TestCase): string {
  const result = test.result()
  const reason = result.state === 'skipped' ? result.note : undefined
  const name = `[${test.project.name}] ${test.module.relativeModuleId} > ${test.fullName}`
  return `skipped: ${name} (${reason ?? 'no reason given'})`
}
