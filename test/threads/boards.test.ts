import { Worker } from 'node:worker_threads'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Board, homeBoard } from '../../src/node/thread-board.js'
import { bundled } from '../support/bundle.js'
import { Child } from '../support/child.js'

/** Runs a program of a process of its own, whose threads load the library when they like. */
async function run(code: string): Promise<string[]> {
  const child = Child.evaluate(
    `
      import { Worker } from 'node:worker_threads'
      import { once } from 'node:events'
      const url = process.argv[1]
      const start = (code) => new Worker(
        \`const { parentPort, workerData } = require('node:worker_threads')
        import(workerData).then(async (library) => { \${code} })\`,
        { eval: true, execArgv: [], workerData: url },
      )
      const said = async (worker) => (await once(worker, 'message'))[0]
      ${code}
    `,
    await bundled('src/index.ts'),
  )
  const lines = await child.rest()
  expect(await child.exit).toBe(0)
  return lines
}

const binds = `
  const pull = new library.Pull()
  await pull.bind('inproc://one').then(
    () => { parentPort.postMessage('bound') },
    (error) => { parentPort.postMessage(error.code) },
  )
  for await (const [text] of pull) parentPort.postMessage(String(text))
`

describe('threads find each other', () => {
  it('when the main thread loads the library after its workers', async () => {
    const lines = await run(`
      const worker = start(\`${binds}\`)
      console.log(await said(worker))
      const { Push, Pull } = await import(url)
      const push = new Push()
      push.connect('inproc://one')
      await push.send('hello')
      console.log(await said(worker))
      // By now it is known here what the worker has bound.
      await new Pull().bind('inproc://one').catch((error) => { console.log(error.code) })
      await worker.terminate()
    `)
    expect(lines).toEqual(['bound', 'hello', 'EADDRINUSE'])
  })

  it('when the main thread does not load it at all', async () => {
    const lines = await run(`
      const first = start(\`${binds}\`)
      console.log(await said(first))
      const second = start(\`
        const push = new library.Push()
        await new library.Pull().bind('inproc://one').catch((error) => {
          parentPort.postMessage(error.code)
        })
        push.connect('inproc://one')
        await push.send('hello')
      \`)
      console.log(await said(second))
      console.log(await said(first))
      await first.terminate()
    `)
    expect(lines).toEqual(['bound', 'EADDRINUSE', 'hello'])
  })

  it('when one of them was busy as the other came', async () => {
    const lines = await run(`
      const first = start(\`
        const pull = new library.Pull()
        await pull.bind('inproc://one')
        parentPort.postMessage('bound')
        const until = performance.now() + 500
        while (performance.now() < until);
        parentPort.postMessage(String(await pull.receive()))
      \`)
      console.log(await said(first))
      const second = start(\`
        const push = new library.Push()
        await new library.Pull().bind('inproc://two')
        push.connect('inproc://one')
        await push.send('hello')
      \`)
      console.log(await said(first))
      await first.terminate()
    `)
    expect(lines).toEqual(['bound', 'hello'])
  })
})

describe('a board', () => {
  const fresh = (): Board => new Board(homeBoard().memory)

  it('knows names until they are given back, or their thread leaves', () => {
    const [one, other] = [fresh(), fresh()]
    const release = one.claim('a')
    one.claim('b')
    expect(other.find('a')).toEqual(one.me)
    release()
    expect(other.find('a')).toBeUndefined()
    expect(other.find('b')).toEqual(one.me)
    one.leave()
    expect(other.find('b')).toBeUndefined()
    expect(other.isAlive(one.me)).toBe(false)
    other.claim('b')
    expect(other.find('b')).toEqual(other.me)
  })

  it('gives the places of those who left to others, who are not taken for them', () => {
    const one = fresh()
    one.leave()
    const next = fresh()
    expect(next.me.slot).toBe(one.me.slot)
    expect(next.me.turn).not.toBe(one.me.turn)
    expect(next.isAlive(one.me)).toBe(false)
    expect(one.isAlive(next.me)).toBe(true)
  })

  it('is not blocked by a thread that died with the lock', async () => {
    const board = fresh()
    const program = `
      const { parentPort, workerData } = require('node:worker_threads')
      import(workerData).then(({ Board, homeBoard }) => {
        const board = new Board(homeBoard().memory)
        board.locked(() => {
          parentPort.postMessage(board.me)
          for (;;);
        })
      })
    `
    const workerData = await bundled('src/node/thread-board.ts')
    const worker = new Worker(program, { eval: true, workerData })
    onTestFinished(async () => {
      await worker.terminate()
    })
    const member = await new Promise<Board['me']>((resolve) => worker.once('message', resolve))
    expect(board.isAlive(member)).toBe(true)
    await worker.terminate()
    expect(board.locked(() => 'done')).toBe('done')
    expect(board.isAlive(member)).toBe(false)
  })

  it('has a limit, and says so', () => {
    const board = fresh()
    const claim = (): void => {
      for (let count = 0; count <= 8192; count += 1) board.claim(String(count))
    }
    const full = expect.objectContaining({ name: 'ZmqError', code: 'ENOBUFS' }) as Error
    expect(claim).toThrow(full)
    board.leave()
    fresh().claim('there is room again')
  })
})
