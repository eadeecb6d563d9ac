import { LocalFar, type FarSpec } from './far.js'
import { factories } from './libraries.js'
import type { Command, Outcome } from './protocol.js'

/** A process of far ends, which does what its parent tells it to. */

const ends = new Map<number, LocalFar>()
let opened = 0

process.on('message', (message) => {
  const command = message as Command
  obey(command).then(
    (result) => report({ call: command.call, result }),
    (error: unknown) => report({ call: command.call, error: String(error) }),
  )
})

process.on('disconnect', () => process.exit())

async function obey({ end, method, args }: Command): Promise<unknown> {
  if (method === 'open') {
    const spec = args[0] as FarSpec
    const far = await LocalFar.open(factories[spec.library], spec)
    const id = (opened += 1)
    ends.set(id, far)
    return { end: id, endpoint: far.endpoint }
  }
  const far = ends.get(end)
  if (far === undefined) throw new Error(`there is no far end ${String(end)}`)
  const work = far[method] as (...args: unknown[]) => Promise<unknown>
  return await work.apply(far, [...args])
}

function report(outcome: Outcome): void {
  process.send?.(outcome)
}
