/**
 * Readings of a sensor that survive the process: written in groups, read back by range.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LevelStore, pages } from 'zerowire/patterns/store'

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

const directory = await mkdtemp(join(tmpdir(), 'readings-'))
const store = await LevelStore.open(directory)

// A thousand writes at a time go to the disk together.
const minutes = Array.from({ length: 1000 }, (_, minute) => String(minute).padStart(4, '0'))
await Promise.all(
  minutes.map((minute) =>
    store.write([
      { key: encode(`kitchen/${minute}`), value: encode(`${20 + (Number(minute) % 5)}`) },
    ]),
  ),
)
await store.close()

const again = await LevelStore.open(directory)
let count = 0
for await (const readings of pages(again, encode('kitchen/'), encode('kitchen0'))) {
  count += readings.length
}
console.log(`${count} readings are still there`)
const latest = { limit: 2, reverse: true }
for (const { key, value } of await again.range(encode('kitchen/'), encode('kitchen0'), latest)) {
  console.log(`${decode(key)}: ${decode(value)} °C`)
}
await again.close()
await rm(directory, { recursive: true })

// Prints:
//   1000 readings are still there
//   kitchen/0999: 24 °C
//   kitchen/0998: 23 °C
