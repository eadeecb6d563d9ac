import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { projectRoot, runProgram } from './support/program.js'

const folders = await readdir(join(projectRoot, 'patterns'), { withFileTypes: true })
const patterns = folders
  .filter((entry) => entry.isDirectory() && entry.name !== 'common')
  .map(({ name }) => name)

/** Every entry, and what it exports. */
const entries = [
  'zerowire',
  'zerowire/extra',
  'zerowire/curve',
  'zerowire/certificates',
  'zerowire/prometheus',
  'zerowire/opentelemetry',
  'zerowire/draft',
  'zerowire/workers',
  'zerowire/v5-compat',
  ...patterns.map((name) => `zerowire/patterns/${name}`),
]
const draftTypes = [
  ...['Channel', 'Client', 'Datagram', 'Dish', 'Gather', 'Peer', 'Radio', 'Scatter', 'Server'],
]

async function namesOf(entry: string): Promise<string[]> {
  const names = Object.keys((await import(entry)) as object)
  return names.filter((name) => name !== 'default').sort()
}

const printNames = 'console.log(JSON.stringify(Object.keys(entry).sort()))'

describe.each(entries)('the built package: %s', (name) => {
  it('can be imported by its names', async () => {
    const program = `import * as entry from '${name}'; ${printNames}`
    const printed = await runProgram(program, ['--input-type=module'])
    const names = JSON.parse(printed) as string[]
    expect(names.filter((name) => name !== 'default')).toEqual(await namesOf(name))
  })

  it('can be imported as a whole, as a CommonJS module', async () => {
    const program = `import entry from '${name}'; ${printNames}`
    const printed = await runProgram(program, ['--input-type=module'])
    expect(JSON.parse(printed)).toEqual(await namesOf(name))
  })

  it('can be required', async () => {
    const program = `const entry = require('${name}'); ${printNames}`
    const printed = await runProgram(program, ['--input-type=commonjs'])
    expect(JSON.parse(printed)).toEqual(await namesOf(name))
  })
})

it('zerowire exports what the reference does', async () => {
  const { default: reference } = (await import('zeromq')) as unknown as { default: object }
  expect(await namesOf('zerowire')).toEqual(Object.keys(reference).sort())
})

describe('zerowire/draft', () => {
  it('has the draft types of the reference, and two more', async () => {
    expect(await namesOf('zerowire/draft')).toEqual(draftTypes)
  })

  it('shares its classes with the main entry, and warns once', async () => {
    const program = `
      const warnings = []
      process.on('warning', ({ message }) => warnings.push(message))
      const { Socket, Context, capability } = await import('zerowire')
      const { Server } = await import('zerowire/draft')
      const again = await import('zerowire/draft')
      const server = new Server({ context: new Context() })
      await new Promise(setImmediate)
      console.log(server instanceof Socket, again.Server === Server, capability.draft, warnings.join())
    `
    expect(await runProgram(program, ['--input-type=module'])).toBe(
      'true true true ZeroMQ draft features are experimental and could change at any time.\n',
    )
  })

  it('is not loaded by the main entry', async () => {
    const program = `
      process.on('warning', ({ message }) => console.log(message))
      await import('zerowire')
      await new Promise(setImmediate)
    `
    expect(await runProgram(program, ['--input-type=module'])).toBe('')
  })
})
