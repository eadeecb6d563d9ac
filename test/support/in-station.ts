import type { Answer, Call, Commands } from './station.js'

/** Does what the process that started this one asks for, and ends with it. */
export function obey(commands: Commands): void {
  const run = async ({ name, args }: Call): Promise<unknown> => {
    const command = commands[name] as ((...args: readonly unknown[]) => unknown) | undefined
    if (command === undefined) throw new Error(`no command ${name}`)
    return await command(...args)
  }
  const answer = (answer: Answer): void => {
    process.send?.(answer)
  }
  process.on('message', (message) => {
    const call = message as Call
    run(call).then(
      (result) => answer({ id: call.id, result }),
      (error: unknown) => answer({ id: call.id, error: `${call.name}: ${String(error)}` }),
    )
  })
  process.on('disconnect', () => process.exit())
}

/** Milliseconds on the one clock that all processes of a machine share. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
