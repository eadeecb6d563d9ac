import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { LogConsumer } from 'zerowire/patterns/log'
import { Child } from '../../test/support/child.js'
import { take } from './test/scene.js'

const programs = 'patterns/log/test/programs'

/** What of a log runs in processes of its own, and dies there. */
class Company {
  readonly #directory = mkdtempSync(join(tmpdir(), 'zerowire-log-'))
  #server: Child | undefined
  #at = ['tcp://127.0.0.1:*', 'tcp://127.0.0.1:*']
  readonly #clients: { child: Child; readonly program: string; names: number }[] = []
  /** What was acknowledged: place by record. */
  readonly stored = new Map<string, string>()
  /** What readers have been given: place by record. */
  readonly read = new Map<string, string>()
  /** What was acknowledged, and no reader has had yet. */
  readonly missing = new Set<string>()

  constructor() {
    onTestFinished(() => rmSync(this.#directory, { recursive: true }))
  }

  get at(): [string, string] {
    return [this.#at[0] ?? '', this.#at[1] ?? '']
  }

  async serve(): Promise<void> {
    this.#server = Child.run(`${programs}/server.ts`, this.#directory, ...this.#at)
    this.#at = (await this.#server.line()).split(' ')
  }

  async crash(): Promise<void> {
    await this.#server?.kill()
  }

  start(program: 'producer' | 'consumer'): void {
    const child = this.#run(program, this.#clients.length, 0)
    this.#clients.push({ child, program, names: 0 })
  }

  /** Ends one of them, reads to the end what it has said, and starts another in its place. */
  async replace(index: number, again = true): Promise<void> {
    const client = this.#clients[index]
    if (!client) return
    await client.child.kill()
    for (const line of await client.child.rest()) this.#note(client.program, line)
    if (again) client.child = this.#run(client.program, index, ++client.names)
  }

  /** The next so many lines of one of them. */
  async hear(index: number, lines: number): Promise<void> {
    const { child, program } = this.#clients[index] ?? {}
    for (let i = 0; i < lines; i++) this.#note(program ?? '', (await child?.line()) ?? '')
  }

  #run(program: string, index: number, life: number): Child {
    const more = program === 'producer' ? [this.at[0], `${program}-${index}-${life}`] : this.at
    return Child.run(`${programs}/${program}.ts`, ...more)
  }

  #note(program: string, line: string): void {
    const [, record, place] = /^(\S+ \d+) (\d+ \d+)$/.exec(line) ?? []
    if (!record || !place) return
    const known = program === 'producer' ? this.stored : this.read
    // Nobody is ever told two places of one record.
    expect(known.get(record) ?? place).toBe(place)
    known.set(record, place)
    if (this.stored.has(record) && !this.read.has(record)) this.missing.add(record)
    else this.missing.delete(record)
  }
}

describe('a log whose processes are killed', () => {
  it(
    'loses nothing that was acknowledged, has nothing twice, and no offset without a record',
    { timeout: 120_000 },
    async () => {
      const company = new Company()
      await company.serve()
      for (const program of ['producer', 'producer', 'consumer', 'consumer'] as const)
        company.start(program)
      for (const victim of ['server', 0, 'server', 2, 'server', 3] as const) {
        // All are at work when somebody is killed.
        for (const index of [0, 1]) await company.hear(index, 30)
        if (victim !== 'server') {
          await company.replace(victim)
        } else {
          await company.crash()
          await company.serve()
        }
      }
      for (const index of [0, 1]) await company.replace(index, false)

      // The readers that are left read, together with those before them, whatever was acknowledged.
      const reading = [2, 3].map(async (index) => {
        while (company.missing.size > 0) await company.hear(index, 1)
      })
      await Promise.race(reading)
      for (const [record, place] of company.stored) expect(company.read.get(record)).toBe(place)

      // A reader of all of it sees every offset once, and each record at most once.
      const consumer = new LogConsumer('work')
      consumer.connect(...company.at)
      const left = new Set(company.stored.values())
      const seen = new Map<string, string>()
      const next = new Map<number, number>()
      while (left.size > 0) {
        for (const { partition, offset, key, value } of await take(consumer, 1)) {
          expect(offset).toBe(next.get(partition) ?? 0)
          next.set(partition, offset + 1)
          const record = String(value)
          expect(seen.has(record)).toBe(false)
          const place = `${partition} ${offset}`
          seen.set(record, place)
          expect(company.stored.get(record) ?? place).toBe(place)
          expect(String(key)).toBe(`key:${Number(record.split(' ')[1]) % 50}`)
          left.delete(place)
        }
      }
      await consumer.close()
      for (const [record, place] of company.stored) expect(seen.get(record)).toBe(place)
    },
  )
})
