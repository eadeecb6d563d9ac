import { nextTick } from 'node:process'

/** Runs code of the program where what it throws is the process's affair, and never ours. */
export function tick(work: () => void): Promise<void> {
  return new Promise((resolve) => {
    nextTick(() => {
      resolve()
      work()
    })
  })
}

/** The same in the next turn of the event loop, so that errors without end leave room for others. */
export function later(work: () => void): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => {
      resolve()
      work()
    })
  })
}
