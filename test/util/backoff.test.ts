import { describe, expect, it } from 'vitest'
import { Backoff } from '../../src/util/backoff.js'

const least = (): number => 0
const most = (): number => 1

function waits(count: number, interval: number, maximum: number, random: () => number): number[] {
  const backoff = new Backoff()
  return Array.from({ length: count }, () => backoff.next(interval, maximum, random))
}

describe('without a maximum', () => {
  it.each([0, 100])('(%i) the wait is the interval to twice that, always', (maximum) => {
    expect(waits(5, 100, maximum, least)).toEqual([100, 100, 100, 100, 100])
    expect(waits(5, 100, maximum, most)).toEqual([200, 200, 200, 200, 200])
  })

  it('a maximum below the interval is none', () => {
    expect(waits(3, 100, 50, most)).toEqual([200, 200, 200])
  })
})

describe('with a maximum', () => {
  it('the base doubles up to it; the wait is in its upper half, and never below the interval', () => {
    expect(waits(6, 100, 1000, most)).toEqual([100, 200, 400, 800, 1000, 1000])
    expect(waits(6, 100, 1000, least)).toEqual([100, 100, 200, 400, 500, 500])
    expect(waits(6, 100, 1000, () => 0.5)).toEqual([100, 150, 300, 600, 750, 750])
  })

  it('it begins anew after reset()', () => {
    const backoff = new Backoff()
    for (let i = 0; i < 8; i++) backoff.next(10, 1000, most)
    backoff.reset()
    expect(backoff.next(10, 1000, most)).toBe(10)
    expect(backoff.next(10, 1000, most)).toBe(20)
  })

  it('ten thousand attempts neither overflow nor exceed it', () => {
    const all = waits(10_000, 1, 1_000_000_000, most)
    expect(Math.max(...all)).toBe(1_000_000_000)
    expect(all.at(-1)).toBe(1_000_000_000)
  })

  it('waits are whole milliseconds', () => {
    for (const wait of waits(50, 7, 999, () => 0.123)) expect(Number.isInteger(wait)).toBe(true)
  })
})

it('waits differ', () => {
  const backoff = new Backoff()
  const seen = new Set(Array.from({ length: 50 }, () => backoff.next(100_000, 0)))
  expect(seen.size).toBeGreaterThan(40)
  for (const wait of seen) {
    expect(wait).toBeGreaterThanOrEqual(100_000)
    expect(wait).toBeLessThanOrEqual(200_000)
  }
})
