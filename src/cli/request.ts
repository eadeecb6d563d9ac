import { Request } from 'zerowire'
import { attach, placesOf } from './endpoints.js'
import { framingOf } from './framing.js'
import { orLate } from './late.js'
import { Meter } from './meter.js'
import type { Run } from './run.js'
import { lettersOf } from './source.js'
import { Output } from './streams.js'
import { settingsOf, using, type TalkOptions } from './talk.js'

/** Sends questions, one after the other, and prints their answers. */
export async function request(
  endpoints: readonly string[],
  options: TalkOptions,
  run: Run,
): Promise<void> {
  const framing = framingOf(options)
  const places = placesOf(endpoints, options)
  const { timeout = -1, count = Infinity, identity } = options
  const named = identity === undefined ? {} : { routingId: identity }
  const socket = new Request({ ...(await settingsOf(options)), ...named })
  const output = new Output(framing, run)
  const meter = new Meter(options.rate === true, run)
  await using(socket, run, async () => {
    await attach(socket, places, run)
    const { signal } = run
    let left = count
    for await (const letters of lettersOf(options, framing, signal)) {
      for (const letter of letters.slice(0, left)) {
        const answer = await orLate(timeout, 'there was no answer', async () => {
          await socket.send(letter, { timeout, signal })
          return socket.receive({ timeout, signal })
        })
        meter.add(letter)
        await output.write([answer])
      }
      left -= letters.length
      if (left <= 0) return
    }
  })
}
