import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { text } from 'node:stream/consumers'
import { fromSource, projectRoot } from '../program.js'
import type { Command, Outcome } from './protocol.js'

const program = fileURLToPath(new URL('main.ts', import.meta.url))

/** A process of far ends that starts with the first command, and again when one has brought it down. */
class FarProcess {
  #child: ChildProcess | undefined
  readonly #waiting = new Map<number, (outcome: Outcome) => void>()
  #calls = 0

  call(command: Omit<Command, 'call'>): Promise<Outcome> {
    const call = (this.#calls += 1)
    return new Promise((resolve) => {
      this.#waiting.set(call, resolve)
      this.#child ??= this.#start()
      this.#child.send({ ...command, call } satisfies Command)
    })
  }

  async stop(): Promise<void> {
    const child = this.#child
    if (child === undefined) return
    child.disconnect()
    await once(child, 'exit')
  }

  #start(): ChildProcess {
    const child = fork(program, { cwd: projectRoot, execArgv: [...fromSource] })
    child.on('message', (message) => {
      const outcome = message as Outcome
      this.#waiting.get(outcome.call)?.(outcome)
      this.#waiting.delete(outcome.call)
    })
    child.on('exit', (code, signal) => {
      this.#child = undefined
      const error = `the process of the far ends has ended: ${String(signal ?? code)}`
      for (const [call, fail] of this.#waiting) fail({ call, error })
      this.#waiting.clear()
    })
    return child
  }
}

export interface FarEnds {
  readonly address: string
  stop(): Promise<void>
}

/** Takes commands by HTTP, which tests can send from Node, from other runtimes and from a page. */
export async function serveFarEnds(): Promise<FarEnds> {
  const farEnds = new FarProcess()
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const command = JSON.parse(await text(request)) as Omit<Command, 'call'>
    response.setHeader('Access-Control-Allow-Origin', '*')
    response.end(JSON.stringify(await farEnds.call(command)))
  }
  const server = createServer((request, response) => void answer(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    address: `http://127.0.0.1:${String(port)}`,
    stop: async () => {
      server.close()
      server.closeAllConnections()
      await farEnds.stop()
    },
  }
}
