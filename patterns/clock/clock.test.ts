import { describe, expect, it } from 'vitest'
import { ManualClock, systemClock } from 'zerowire/patterns/clock'

describe('the clock of the system', () => {
  it('goes on, and calls when it is time', async () => {
    const [before, date] = [systemClock.now(), systemClock.date()]
    await new Promise<void>((resolve) => systemClock.after(5, resolve))
    // Timers of the platform count whole milliseconds, and may be early by less than one.
    expect(systemClock.now() - before).toBeGreaterThan(3)
    expect(systemClock.date()).toBeGreaterThanOrEqual(date)
  })

  it('makes no call that was taken back', async () => {
    let called = false
    systemClock.after(0, () => (called = true)).cancel()
    await new Promise<void>((resolve) => systemClock.after(1, resolve))
    expect(called).toBe(false)
  })

  it('does not call at once for what is too far away for a timer of the platform', async () => {
    let called = false
    const timer = systemClock.after(2 ** 40, () => (called = true))
    await new Promise<void>((resolve) => systemClock.after(5, resolve))
    expect(called).toBe(false)
    timer.cancel()
  })
})

describe('a clock that is moved by hand', () => {
  it('stands still until then', () => {
    const clock = new ManualClock(1000)
    expect([clock.now(), clock.date()]).toEqual([0, 1000])
    clock.advance(250)
    expect([clock.now(), clock.date()]).toEqual([250, 1250])
  })

  it('makes calls at their time and in their order, those of one moment as they were asked for', () => {
    const clock = new ManualClock()
    const calls: string[] = []
    const note = (name: string) => () => calls.push(`${name} ${clock.now()}`)
    clock.after(30, note('c'))
    clock.after(10, note('a'))
    clock.after(10, note('b'))
    clock.advance(9)
    expect(calls).toEqual([])
    clock.advance(21)
    expect(calls).toEqual(['a 10', 'b 10', 'c 30'])
    expect(clock.pending).toBe(0)
  })

  it('makes the calls that calls ask for, and none that were taken back', () => {
    const clock = new ManualClock()
    const calls: number[] = []
    const again = () => {
      calls.push(clock.now())
      clock.after(10, again)
    }
    clock.after(10, again)
    clock.after(15, () => calls.push(-1)).cancel()
    clock.advance(35)
    expect(calls).toEqual([10, 20, 30])
    expect(clock.pending).toBe(1)
  })
})
