/**
 * Makes a running picture brighter, and a tone louder, by commands to the filters of ffmpeg that are at
 * work, and measures that it was so. Wants Debian's package ffmpeg, whose filters `zmq` and `azmq` are REPs
 * of libzmq.
 *
 *     npx tsx examples/ffmpeg/main.ts
 */

import { LiveFilter, PICTURE, TONE } from './live.js'

await LiveFilter.run(PICTURE, async (live) => {
  const before = await live.until(() => true)
  await live.control.command('hue@look', 'b', '3')
  const after = await live.until((level) => level > before + 20)
  console.log(`brightness ${before.toFixed()}, brighter ${after.toFixed()}`)
  await live.control
    .command('hue@sound', 'b', '3')
    .catch((error: unknown) => console.log(String(error)))
})

await LiveFilter.run(TONE, async (live) => {
  const before = await live.until(() => true)
  await live.control.command('volume@knob', 'volume', '4')
  const after = await live.until((level) => level > 2 * before)
  console.log(`loudness ${before.toFixed(2)}, louder ${after.toFixed(2)}`)
})
