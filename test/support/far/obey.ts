import { LocalFar, type Factory, type FarSpec, type Library } from './far.js'
import type { Command, Outcome } from './protocol.js'

/** Far ends that do what they are told to, and report what became of it. */
export function obeying(
  factories: Readonly<Partial<Record<Library, Factory>>>,
  report: (outcome: Outcome) => void,
): (command: Command) => void {
  const ends = new Map<number, LocalFar>()
  let opened = 0

  async function obey({ end, method, args }: Command): Promise<unknown> {
    if (method === 'open') {
      const spec = args[0] as FarSpec
      const factory = factories[spec.library]
      if (factory === undefined) throw new Error(`there is no ${spec.library} here`)
      const far = await LocalFar.open(factory, spec)
      const id = (opened += 1)
      ends.set(id, far)
      return { end: id, endpoint: far.endpoint }
    }
    const far = ends.get(end)
    if (far === undefined) throw new Error(`there is no far end ${String(end)}`)
    const work = far[method] as (...args: unknown[]) => Promise<unknown>
    return await work.apply(far, [...args])
  }

  return (command) => {
    obey(command).then(
      (result) => {
        report({ call: command.call, result })
      },
      (error: unknown) => {
        report({ call: command.call, error: String(error) })
      },
    )
  }
}
