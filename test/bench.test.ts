import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { chart } from '../bench/chart.js'
import type { Run } from '../bench/measure.js'
import { natsServer, WITHOUT_SERVER } from '../bench/nats/server.js'
import { rowOf, type Pattern } from '../bench/patterns/pattern.js'
import {
  performanceOf,
  rowResult,
  type GoalResult,
  type Performance,
  type Results,
} from '../bench/results.js'
import { ROWS } from '../bench/rows.js'
import { table } from '../bench/table.js'
import { projectRoot } from './support/program.js'
import { requires } from './support/requires.js'
import { runScript, type ScriptResult } from './support/run-script.js'

const SCALE = 0.01

function bench(...args: string[]): Promise<ScriptResult> {
  return runScript(join(projectRoot, 'bench/main.ts'), ...args)
}

/** Whether it works, not how fast it is. */
describe('benchmark', { timeout: 120_000 }, () => {
  let results: Results

  beforeAll(async () => {
    const args = ['--only', 'tcp-16', '--rounds', '1', '--scale', String(SCALE), '--json']
    const { code, output, errors } = await bench(...args)
    expect(errors).toBe('')
    expect(code).toBe(0)
    results = JSON.parse(output) as Results
  }, 120_000)

  it('measures the chosen row, and says with what', () => {
    const { circumstances, rows } = results
    expect(rows.map(({ name }) => name)).toEqual(['tcp-16'])
    expect(circumstances).toMatchObject({ rounds: 1, scale: SCALE, node: process.versions.node })
    expect(circumstances.native).toContain('zeromq 6.8.0')
  })

  it.each(['zerowire', 'native'] as const)('counts every byte that %s moves', (library) => {
    const [row] = results.rows
    const count = ROWS.find(({ name }) => name === 'tcp-16')?.counts[library] ?? NaN
    const runs = row?.libraries[library]?.runs ?? []
    expect(runs).toHaveLength(1)
    expect(runs[0]).toMatchObject({ messages: count * SCALE, bytes: count * SCALE * 16 })
  })

  it.each(['zerowire', 'native'] as const)('tells what %s costs', (library) => {
    const performance = results.rows[0]?.libraries[library]
    for (const cost of ['median', 'cpuSeconds', 'peakResident', 'peakHeap'] as const) {
      expect(performance?.[cost], cost).toBeGreaterThan(0)
    }
  })

  it('compares the medians', () => {
    const [row] = results.rows
    const { zerowire, native } = row?.libraries ?? {}
    expect(row?.ratio).toBeCloseTo((zerowire?.median ?? NaN) / (native?.median ?? NaN))
    expect(row?.goals).toMatchObject([{ value: row?.ratio, met: (row?.ratio ?? 0) >= 10 }])
  })

  it('puts them in a table and a chart', async () => {
    expect(table(results.rows)).toContain('| `tcp-16` |')
    const svg = await chart(results.rows)
    expect(svg).toMatch(/^<svg/)
    expect(svg).toContain('PUSH to PULL, tcp')
  })

  it('measures patterns alone, against a bound', async () => {
    const args = ['--only', 'majordomo', '--rounds', '1', '--scale', String(SCALE), '--json']
    const { code, output, errors } = await bench(...args)
    expect(errors).toBe('')
    expect(code).toBe(0)
    const [row] = (JSON.parse(output) as Results).rows
    expect(Object.keys(row?.libraries ?? {})).toEqual(['zerowire'])
    expect(row?.goals).toMatchObject([{ goal: 'at least 30.0 k/s' }])
    expect(row?.goals[0]?.value).toBeGreaterThan(0)
    expect(table(row ? [row] : [])).toContain('| `majordomo` | Patterns: Majordomo, ')
  })

  describe('beside NATS', () => {
    const args = ['--only', 'pub-1', '--rounds', '1', '--scale', String(SCALE), '--json']
    const nats = (output: string): Performance | undefined =>
      (JSON.parse(output) as Results).rows[0]?.libraries.nats

    it('counts every byte that comes through the broker', async (context) => {
      requires('nats-server', () => natsServer() !== undefined)(context)
      const { code, output, errors } = await bench(...args)
      expect(errors).toBe('')
      expect(code).toBe(0)
      const { circumstances } = JSON.parse(output) as Results
      expect(circumstances.beside?.join(', ')).toContain(`nats-server ${natsServer() ?? ''} with`)
      const count = (ROWS.find(({ name }) => name === 'pub-1')?.counts.nats ?? NaN) * SCALE
      expect(nats(output)?.runs).toMatchObject([{ messages: count, bytes: count * 16 }])
    })

    it('has answers come back through the broker', async (context) => {
      requires('nats-server', () => natsServer() !== undefined)(context)
      const { output, errors } = await bench('--only', 'req-rep', ...args.slice(2))
      expect(errors).toBe('')
      expect(nats(output)?.figures.p50).toBeGreaterThan(0)
    })

    it('names the package that is missing, and measures the others', async () => {
      const path = process.env['PATH']
      process.env['PATH'] = ''
      const { code, output } = await bench(...args).finally(() => (process.env['PATH'] = path))
      expect(code).toBe(0)
      expect(nats(output)).toMatchObject({ failure: WITHOUT_SERVER, median: null, runs: [] })
      expect((JSON.parse(output) as Results).rows[0]?.ratio).toBeGreaterThan(0)
    })
  })

  it('knows its rows', async () => {
    const { code, errors } = await bench('--only', 'tcp-17')
    expect(errors).toContain('no row "tcp-17"')
    expect(code).toBe(1)
  })
})

describe('the goals of a pattern', () => {
  function judged(goals: Pattern['goals'], figures: Run['figures']): readonly GoalResult[] {
    const plays = { binds: () => Promise.resolve(undefined) }
    const row = rowOf({ name: 'some', title: 'some', count: 1, goals, plays })
    const costs = { messages: 1, bytes: 16, cpuSeconds: 1, peakResident: 1, peakHeap: 1 }
    return rowResult(row, { zerowire: performanceOf(row, [{ ...costs, figures }]) }, []).goals
  }

  it.each([
    [29_999, false],
    [30_000, true],
  ])('a rate of %i is compared with the least', (rate, met) => {
    const goals = judged([{ figure: 'rate', least: 30_000 }], { rate })
    expect(goals).toEqual([{ goal: 'at least 30.0 k/s', value: rate, met }])
  })

  it.each([
    [2, true],
    [2.01, false],
  ])('%f seconds are compared with the most', (duration, met) => {
    const goals = judged([{ figure: 'duration', most: 2 }], { duration })
    expect(goals).toEqual([{ goal: 'at most 2.00 s', value: duration, met }])
  })

  it('nobody can tell without the figure', () => {
    expect(judged([{ figure: 'rate', least: 1 }], {})).toMatchObject([{ value: null, met: null }])
  })
})
