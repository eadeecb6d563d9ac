import type { Watcher } from '../index.js'

/** A watcher that writes down what it is told. */
export function record(): { watcher: Watcher; told: string[] } {
  const told: string[] = []
  const watcher: Watcher = {
    added: (endpoint) => told.push(`+${endpoint}`),
    removed: (endpoint) => told.push(`-${endpoint}`),
    ready: () => told.push('ready'),
    failed: (error) => told.push(`failed: ${String(error)}`),
  }
  return { watcher, told }
}
