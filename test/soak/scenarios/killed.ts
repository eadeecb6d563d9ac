import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SurvivorProgram } from '../programs/survivor.js'
import type { VictimProgram } from '../programs/victim.js'
import type { Run } from '../run.js'
import type { Scenario } from '../scenario.js'

const FOLDER = 'test/soak/programs'
const MIB = 1024 * 1024
/** Connections each way. */
const EACH = 50
/** So many lives until everything has been used once, and buffers have their size. */
const WARM_UP = 4

async function play(run: Run): Promise<void> {
  const lives = run.size({ quick: 8, full: WARM_UP + 10_000 / (2 * EACH) })
  run.plan(lives)
  // It counts its objects.
  const flags = ['--disable-warning=ExperimentalWarning']
  const survivor = run.process<SurvivorProgram>(`${FOLDER}/survivor.ts`, { flags })
  const home = await survivor.call('listen')
  let addresses = ['tcp://127.0.0.1:*', `ipc://${join(tmpdir(), `zw-soak-${process.pid}`)}`]

  /** @param chats whether it is in the middle of something when it is killed. */
  const live = async (life: number, chats: boolean) => {
    const victim = run.process<VictimProgram>(`${FOLDER}/victim.ts`)
    addresses = await victim.call('listen', addresses)
    if (life === 0) await survivor.call('dial', addresses, EACH)
    await victim.call('dial', home, EACH, chats)
    await survivor.call('round', `life ${life}`)
    return victim
  }
  /** What the survivor holds beside one that says nothing. */
  const measure = async (life: number) => {
    const victim = await live(life, false)
    await run.until('the dead have gone', async () => {
      return (await survivor.call('accepted')).peers === EACH
    })
    const held = await survivor.call('held')
    await victim.kill()
    run.step('measured')
    return held
  }

  let life = 0
  while (life < WARM_UP - 1) await (await live(life++, true)).kill()
  const early = await measure(life++)
  while (life < lives - 1) {
    await (await live(life++, true)).kill()
    run.step('killed')
  }
  const late = await measure(life++)
  const dialled = await survivor.call('connections')
  const accepted = (await survivor.call('accepted')).connections
  run.tell('peers killed', String(lives))
  run.exactly('connections made by diallers', dialled, lives * EACH)
  run.exactly('connections made by listeners', accepted, lives * EACH)
  const grown = (late.bytes - early.bytes) / MIB
  run.tell('heap and buffers', `${mib(early.bytes)} to ${mib(late.bytes)} MiB`)
  run.atMost('heap and buffers grown by', grown, 2, 'MiB')
  run.tell('resident', `${mib(early.resident)} to ${mib(late.resident)} MiB`)
  for (const [kind, count] of Object.entries(late.resources)) {
    run.atMost(kind, count, early.resources[kind] ?? NaN)
  }
}

function mib(bytes: number): string {
  return (bytes / MIB).toFixed(1)
}

/** Peers that die without a word, and come back. */
export const killed: Scenario = {
  name: 'killed',
  title: 'peers killed (SIGKILL) in the middle of a sentence, 10,000 connections',
  play,
}
