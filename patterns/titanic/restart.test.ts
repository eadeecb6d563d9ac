import { LevelStore } from 'zerowire/patterns/store'
import type { Titanic } from 'zerowire/patterns/titanic'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Child } from '../../test/support/child.js'
import { texts } from '../../test/support/messages.js'
import { temporaryDirectory } from '../../test/support/transports.js'
import { until } from '../../test/support/turn.js'
import { deferred } from '../common/deferred.js'
import { Scene } from './test/scene.js'

/** A Titanic on a disk, which starts again there. */
class Voyage {
  readonly directory: string = temporaryDirectory()
  readonly #scene: Scene
  #parts: { readonly titanic: Titanic; readonly store: LevelStore } | undefined

  constructor(scene: Scene) {
    this.#scene = scene
    onTestFinished(() => this.stop())
  }

  async start(): Promise<Titanic> {
    const store = await LevelStore.open(this.directory)
    const titanic = await this.#scene.titanic(store)
    this.#parts = { titanic, store }
    return titanic
  }

  async stop(): Promise<void> {
    await this.#parts?.titanic.close()
    await this.#parts?.store.close()
  }

  async again(): Promise<Titanic> {
    if (this.#parts) await this.#scene.end(this.#parts.titanic)
    await this.stop()
    return this.start()
  }
}

async function embark() {
  const scene = await Scene.open()
  const voyage = new Voyage(scene)
  return { scene, voyage, titanic: await voyage.start(), ask: scene.raw() }
}

describe('a Titanic that is started again on its disk', () => {
  it('sends a request that it has only stored', async () => {
    const { scene, voyage, ask } = await embark()
    const [, uuid = ''] = await ask('titanic.request', 'echo', 'x', 'y')
    const titanic = await voyage.again()
    expect(await ask('titanic.reply', uuid)).toEqual(['300'])
    await scene.worker('echo', (request) => request)
    await scene.pass(() => titanic.stats.answered === 1)
    expect(await ask('titanic.reply', uuid)).toEqual(['200', 'x', 'y'])
  })

  it('sends a request again that was with its service', async () => {
    const { scene, voyage, ask } = await embark()
    const [go, begun] = [deferred<string[]>(), deferred<undefined>()]
    let times = 0
    await scene.worker('work', () => {
      times++
      begun.resolve(undefined)
      return go.promise
    })
    const [, uuid = ''] = await ask('titanic.request', 'work', 'x')
    await begun.promise
    const titanic = await voyage.again()
    go.resolve(['done'])
    await scene.pass(() => titanic.stats.answered === 1)
    expect(await ask('titanic.reply', uuid)).toEqual(['200', 'done'])
    expect(times).toBe(2)
  })

  it('still has a reply, and does not send its request again', async () => {
    const { scene, voyage, titanic, ask } = await embark()
    const worker = await scene.worker('echo', (request) => [...request, '!'])
    const [, uuid = ''] = await ask('titanic.request', 'echo', 'x')
    await until(() => titanic.stats.answered === 1)
    const { bytes } = titanic.stats
    const next = await voyage.again()
    expect(await ask('titanic.reply', uuid)).toEqual(['200', 'x', '!'])
    const [, other = ''] = await ask('titanic.request', 'echo', 'y')
    await until(() => next.stats.answered === 1)
    expect(await ask('titanic.reply', other)).toEqual(['200', 'y', '!'])
    expect(worker.stats.requests).toBe(2)
    expect(next.stats).toMatchObject({ requests: 2, bytes: 2 * bytes })
  })

  it('knows nothing of what was closed', async () => {
    const { scene, voyage, titanic, ask } = await embark()
    const [, open = ''] = await ask('titanic.request', 'late', 'x')
    await scene.worker('echo', (request) => request)
    const [, answered = ''] = await ask('titanic.request', 'echo', 'y')
    await until(() => titanic.stats.answered === 1)
    for (const uuid of [open, answered]) await ask('titanic.close', uuid)
    const next = await voyage.again()
    expect(next.stats).toMatchObject({ requests: 0, bytes: 0 })
    for (const uuid of [open, answered]) {
      expect(await ask('titanic.reply', uuid)).toEqual(['400'])
      expect(await ask('titanic.close', uuid)).toEqual(['200'])
    }
  })
})

describe('a Titanic that is killed', { timeout: 120_000 }, () => {
  it('after it said 200 has the request in its next life', async () => {
    const scene = await Scene.open()
    const directory = temporaryDirectory()
    const start = async (): Promise<Child> => {
      const child = Child.run(
        'patterns/titanic/test/programs/titanic.ts',
        directory,
        scene.endpoint,
      )
      expect(await child.line()).toBe('ready')
      return child
    }
    const first = await start()
    const client = scene.client()
    const uuids: string[] = []
    for (let i = 0; i < 20; i++) uuids.push(await client.request('echo', String(i)))
    await first.kill()
    await until(() => scene.broker.stats.workers === 0)
    await start()
    await scene.worker('echo', ([body = '']) => [`did ${body}`])
    for (const [i, uuid] of uuids.entries()) {
      let reply = await client.reply(uuid)
      while (!reply) reply = await client.reply(uuid)
      expect(texts(reply)).toEqual([`did ${i}`])
    }
  })
})
