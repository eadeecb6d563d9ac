import type { TestProject } from 'vitest/node'
import './protocol.js'
import { serveFarEnds } from './server.js'

/** Far ends live in Node: other runtimes cannot load the native binding, and are told where they are. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const elsewhere = process.env['ZEROWIRE_FAR_ENDS']
  if (elsewhere !== undefined) {
    project.provide('farEnds', elsewhere)
    return () => Promise.resolve()
  }
  const { address, stop } = await serveFarEnds()
  project.provide('farEnds', address)
  return stop
}
