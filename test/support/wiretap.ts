import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { WakeUp } from './wake-up.js'
import { GREETING_SIZE, isCommand, takeFrame, type Frame } from './wire.js'

type Direction = 'fromConnecter' | 'fromBinder'

/** A TCP relay in front of a bound socket: shows what passes and can cut the wire. */
export class Wiretap {
  readonly address: string
  readonly #frames: Record<Direction, Frame[]> = { fromConnecter: [], fromBinder: [] }
  readonly #bytes: Record<Direction, Buffer[]> = { fromConnecter: [], fromBinder: [] }
  readonly #news = new WakeUp()
  readonly #sockets = new Set<Socket>()
  #isConnected = true

  private constructor(scheme: string, port: number) {
    this.address = `${scheme}://127.0.0.1:${String(port)}`
  }

  static async before(target: string): Promise<Wiretap> {
    const { hostname, port } = new URL(target.replace(/^\w+:/, 'http:'))
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const bound = server.address()
    if (bound === null || typeof bound === 'string') throw new Error('not a TCP port')
    const tap = new Wiretap(target.slice(0, target.indexOf(':')), bound.port)
    server.on('connection', (connecter) => {
      if (!tap.#isConnected) {
        connecter.destroy()
        return
      }
      tap.#relay(connecter, connect(Number(port), hostname))
    })
    onTestFinished(() => {
      server.close()
      tap.cut()
    })
    return tap
  }

  /** Ends all connections and refuses new ones until restore(). */
  cut(): void {
    this.#isConnected = false
    for (const socket of this.#sockets) socket.destroy()
  }

  restore(): void {
    this.#isConnected = true
  }

  /** Waits for the `count`th command of that name and returns all there are. */
  commands(direction: Direction, name: string, count = 1): Promise<Frame[]> {
    return this.#news.until(() => {
      const found = this.#frames[direction].filter((frame) => isCommand(frame, name))
      return found.length >= count ? found : undefined
    })
  }

  /** Looks through all bytes that have passed, again with each chunk, until there is what it looks for. */
  bytes<T>(direction: Direction, find: (bytes: Buffer) => T | undefined): Promise<T> {
    return this.#news.until(() => find(Buffer.concat(this.#bytes[direction])))
  }

  #relay(connecter: Socket, binder: Socket): void {
    this.#forward(connecter, binder, 'fromConnecter')
    this.#forward(binder, connecter, 'fromBinder')
  }

  #forward(from: Socket, to: Socket, direction: Direction): void {
    this.#sockets.add(from)
    let toGreet = GREETING_SIZE
    let unread: Buffer = Buffer.alloc(0)
    from.on('data', (chunk: Buffer) => {
      to.write(chunk)
      this.#bytes[direction].push(chunk)
      const frames = chunk.subarray(toGreet)
      toGreet -= chunk.length - frames.length
      unread = Buffer.concat([unread, frames])
      for (let taken = takeFrame(unread); taken !== undefined; taken = takeFrame(unread)) {
        unread = taken.rest
        this.#frames[direction].push(taken.frame)
      }
      this.#news.notify()
    })
    from.on('error', () => undefined)
    from.on('close', () => {
      this.#sockets.delete(from)
      to.destroy()
    })
  }
}
