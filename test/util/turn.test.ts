import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { atEndOfTurn, TurnBudget } from '../../src/util/turn.js'
import { nextTurn } from '../support/turn.js'

describe('the end of the turn', () => {
  it('comes after promises, once for each time it was asked for, in order', async () => {
    const seen: string[] = []
    const task = (name: string) => ({ endTurn: () => seen.push(name) })
    atEndOfTurn(task('first'))
    atEndOfTurn(task('second'))
    for (let i = 0; i < 100; i++) await Promise.resolve()
    seen.push('promises')
    await nextTurn()
    expect(seen).toEqual(['promises', 'first', 'second'])
  })

  it('what is asked for during it happens at the end of the next', async () => {
    const seen: string[] = []
    atEndOfTurn({
      endTurn: () => {
        seen.push('one')
        atEndOfTurn({ endTurn: () => seen.push('two') })
      },
    })
    await nextTurn()
    expect(seen).toEqual(['one'])
    await nextTurn()
    expect(seen).toEqual(['one', 'two'])
  })
})

it('a task that fails costs the others nothing, and its error is not hidden', async () => {
  const thrown: (() => void)[] = []
  const spy = vi.spyOn(globalThis, 'queueMicrotask').mockImplementation((work) => {
    thrown.push(work)
  })
  let others = 0
  const task = { endTurn: () => others++ }
  atEndOfTurn(task)
  atEndOfTurn({
    endTurn: () => {
      throw new Error('a fault of ours')
    },
  })
  atEndOfTurn(task)
  await nextTurn()
  spy.mockRestore()
  expect([others, thrown.length]).toEqual([2, 1])
  expect(thrown[0]).toThrow('a fault of ours')
})

describe('a budget', () => {
  let now = 0
  beforeEach(() => {
    now = 5000
    vi.spyOn(performance, 'now').mockImplementation(() => now)
  })
  afterEach(() => {
    vi.restoreAllMocks()
  })

  /** How many operations pass before the first that has to wait; at most `limit`. */
  function spendAll(budget: TurnBudget, limit: number, cost = 0): number {
    for (let count = 0; count < limit; count++) {
      if (budget.spend() !== undefined) return count
      now += cost
    }
    return limit
  }

  it('lets a few operations pass, however long they take', () => {
    expect(spendAll(new TurnBudget(), 20, 100)).toBe(20)
  })

  it('ends after a millisecond', () => {
    const budget = new TurnBudget()
    expect(spendAll(budget, 1000, 0.01)).toBeLessThan(200)
  })

  it('ends in time even for a clock that stands still', () => {
    expect(spendAll(new TurnBudget(), 100_000)).toBeLessThan(10_000)
  })

  it('once spent, all later operations wait for the same turn, in order', async () => {
    const budget = new TurnBudget()
    spendAll(budget, 1000, 1)
    const seen: number[] = []
    const waiting = [1, 2, 3].map(async (number) => {
      await budget.spend()
      seen.push(number)
    })
    await Promise.resolve()
    expect(seen).toEqual([])
    await Promise.all(waiting)
    expect(seen).toEqual([1, 2, 3])
    expect(budget.spend()).toBeUndefined()
  })

  it('is whole again after the turn, whether it was spent or not', async () => {
    const budget = new TurnBudget()
    const first = spendAll(budget, 1000, 1)
    await nextTurn()
    expect(spendAll(budget, 1000, 1)).toBe(first)
    await nextTurn()
    const most = spendAll(new TurnBudget(), 100_000)
    for (let turn = 0; turn < 3; turn++) {
      expect(spendAll(budget, most - 1)).toBe(most - 1)
      await nextTurn()
    }
  })

  it('is not spent by the time between a few operations and many', async () => {
    const budget = new TurnBudget()
    spendAll(budget, 10)
    await nextTurn()
    now += 1000
    expect(spendAll(budget, 100)).toBe(100)
  })

  it('is not whole again before the turn is over', async () => {
    const budget = new TurnBudget()
    let spent = 0
    while (spent < 100_000 && budget.spend() === undefined) {
      spent++
      await Promise.resolve()
    }
    expect(spent).toBe(spendAll(new TurnBudget(), 100_000))
  })

  it.each([2, 7, 31, 32, 100, 1000])('counts %i operations together as they are', (count) => {
    const most = spendAll(new TurnBudget(), 100_000) + 1
    const budget = new TurnBudget()
    let spent = count
    while (budget.spend(count) === undefined) spent += count
    expect(spent).toBeGreaterThanOrEqual(most)
    expect(spent).toBeLessThan(most + count + 32)
  })

  it('waits after many operations at once only as long as after one too many', async () => {
    const budget = new TurnBudget()
    const pause = budget.spend(1_000_000)
    expect(pause).toBeInstanceOf(Promise)
    expect(budget.spend(1_000_000)).toBe(pause)
    await pause
    expect(budget.spend(20)).toBeUndefined()
  })

  it('is not spent by nothing', () => {
    const budget = new TurnBudget()
    for (let i = 0; i < 10_000; i++) {
      expect(budget.spend(0)).toBeUndefined()
      now += 1
    }
  })
})
