/**
 * Writes groups of entries, many at a time, and prints the number of each when it has been
 * acknowledged, until it is killed. Arguments: directory, number of the first group.
 */
import { say } from '../../../common/test/say.js'
import { LevelStore } from '../../index.js'

const [directory = '', first = '0'] = process.argv.slice(2)
const store = await LevelStore.open(directory)
let next = Number(first)

async function writeOn(): Promise<never> {
  for (;;) {
    const group = next++
    const value = Buffer.from(String(group))
    await store.write(
      Array.from({ length: 1 + (group % 7) }, (_, i) => ({
        key: Buffer.from(`${String(group).padStart(9, '0')}/${i}`),
        value,
      })),
    )
    say(String(group))
  }
}

await Promise.all(Array.from({ length: 20 }, writeOn))
