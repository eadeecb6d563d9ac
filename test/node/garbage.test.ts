import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Child } from '../support/child.js'
import { runProgram, fromSource } from '../support/program.js'
import { zerowire } from '../support/implementations.js'
import { track } from '../support/track.js'

/** Collects garbage again and again until something has come of it. */
const PRELUDE = `
  import { setFlagsFromString } from 'node:v8'
  import { runInNewContext } from 'node:vm'
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc')
  const turn = () => new Promise(setImmediate)
  const collect = async (until) => {
    for (let rounds = 0; !until(rounds); rounds++) {
      gc()
      await turn()
    }
  }
`

describe.each(['zerowire', 'zeromq'])('with %s a socket that nobody can reach', (library) => {
  const run = (code: string): Promise<string> =>
    runProgram(`import * as zmq from '${library}'; ${PRELUDE}${code}`, [
      ...fromSource,
      '--input-type=module',
    ])

  it.each(['tcp', 'inproc'])('leaves its endpoint to others, over %s', async (scheme) => {
    const printed = await run(`
      const bind = (address) => {
        const socket = new zmq.Pull()
        socket.bindSync(address)
        return socket.lastEndpoint
      }
      const address = bind('${scheme === 'tcp' ? 'tcp://127.0.0.1:*' : 'inproc://name'}')
      await collect(() => {
        try {
          return bind(address)
        } catch ({ code }) {
          if (code !== 'EADDRINUSE') throw new Error(code)
          return false
        }
      })
      console.log('free')
    `)
    expect(printed.trim()).toBe('free')
  })
})

describe('a socket is not collected while', () => {
  it.each([
    {
      title: 'a loop reads it',
      code: `
        ;(async (pull) => {
          for await (const [text] of pull) {
            await turn()
            console.log(String(text))
          }
        })(pull)
      `,
    },
    {
      title: 'a receive() waits that nobody else waits for',
      code: `pull.receive().then(([text]) => { console.log(String(text)) })`,
    },
    {
      title: 'its events have a listener',
      code: `pull.events.on('handshake', () => { console.log('hello') })`,
    },
    {
      title: 'its events are read',
      code: `
        ;(async (events) => {
          for await (const { type } of events) if (type === 'handshake') console.log('hello')
        })(pull.events)
      `,
    },
  ])('$title', async ({ code }) => {
    const child = Child.evaluate(`
      import * as zmq from 'zerowire'
      ${PRELUDE}
      const start = () => {
        const pull = new zmq.Pull()
        pull.bindSync('tcp://127.0.0.1:*')
        ${code}
        return pull.lastEndpoint
      }
      const address = start()
      // One that nothing uses is gone by then.
      const unused = new WeakRef(new zmq.Pull())
      await collect((rounds) => rounds > 10 && unused.deref() === undefined)
      console.log(address)
    `)
    const address = await child.line()
    const push = track(new zerowire.Push())
    push.connect(address)
    await push.send('hello')
    expect(await child.line()).toBe('hello')
  })

  it('it has messages to deliver', async () => {
    const pull = track(new zerowire.Pull())
    // A port that was let go might be given to somebody else meanwhile.
    const address = `ipc://${join(tmpdir(), `zw-late-${String(process.pid)}`)}`
    const child = Child.evaluate(
      `
        import * as zmq from 'zerowire'
        ${PRELUDE}
        const start = async () => {
          const push = new zmq.Push({ reconnectInterval: 1 })
          push.connect(process.argv[1])
          await push.send('late')
        }
        await start()
        await collect((rounds) => rounds > 10)
        console.log('collected')
      `,
      address,
    )
    expect(await child.line()).toBe('collected')
    pull.bindSync(address)
    expect(String(await pull.receive())).toBe('late')
    expect(await child.exit).toBe(0)
  })
})
