import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

const [IPV4, NAME] = [1, 3]

interface Behaviour {
  /** Who may use it; everybody, when nobody is named. */
  readonly user?: readonly [name: string, password: string] | undefined
  /** Where connections go, whatever was asked for. */
  readonly target?: string
  /** What it says in place of its own answer to a greeting. */
  readonly greeting?: Uint8Array
  /** What it says in place of its own answer to a request. */
  readonly answer?: Uint8Array
}

/** A small SOCKS 5 proxy that remembers what it was told. */
export class SocksServer {
  readonly address: string
  /** Per connection: greeting, name and password if asked for, request. */
  readonly asked: string[][] = []

  private constructor(address: string) {
    this.address = address
  }

  static async start(behaviour: Behaviour = {}): Promise<SocksServer> {
    const sockets = new Set<Socket>()
    const server = createServer((socket) => {
      sockets.add(socket)
      socket.on('error', () => undefined)
      const asked: string[] = []
      proxy.asked.push(asked)
      serve(socket, behaviour, asked).then(
        (far) => far && sockets.add(far),
        () => socket.destroy(),
      )
    })
    onTestFinished(() => {
      server.close()
      for (const socket of sockets) socket.destroy()
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('not a TCP port')
    const proxy = new SocksServer(`127.0.0.1:${String(address.port)}`)
    return proxy
  }
}

async function serve(
  socket: Socket,
  { user, target, greeting, answer }: Behaviour,
  asked: string[],
): Promise<Socket | undefined> {
  const take = async (count: number): Promise<Buffer> => {
    for (;;) {
      const bytes = socket.read(count) as Buffer | null
      if (bytes?.length === count) return bytes
      if (socket.readableEnded || socket.destroyed) return new Promise<Buffer>(() => undefined)
      await once(socket, 'readable')
    }
  }
  /** Bytes after the one that says how many they are. */
  const sized = async (): Promise<Buffer> => {
    const length = await take(1)
    return Buffer.concat([length, await take(length[0] ?? 0)])
  }
  const note = (...pieces: Uint8Array[]): void => {
    asked.push(Buffer.concat(pieces).toString('hex'))
  }

  const version = await take(1)
  const methods = await sized()
  note(version, methods)
  const method = user === undefined ? 0 : 2
  socket.write(greeting ?? Buffer.of(5, methods.includes(method, 1) ? method : 255))
  if (user !== undefined) {
    const pieces = [await take(1), await sized(), await sized()]
    note(...pieces)
    const [, name = '', password = ''] = pieces.map((piece) => piece.subarray(1).toString())
    socket.write(Buffer.of(1, name === user[0] && password === user[1] ? 0 : 1))
  }
  const head = await take(4)
  const host = head[3] === NAME ? await sized() : await take(head[3] === IPV4 ? 4 : 16)
  const port = await take(2)
  note(head, host, port)
  if (answer !== undefined) {
    socket.write(answer)
    return undefined
  }
  const [, to = ''] = /^tcp:\/\/.*:(\d+)$/.exec(target ?? '') ?? []
  const far = connect({ host: '127.0.0.1', port: Number(to || port.readUInt16BE()) })
  far.on('error', () => {
    socket.destroy()
  })
  await once(far, 'connect')
  socket.write(Buffer.of(5, 0, 0, IPV4, 127, 0, 0, 1, ...port))
  socket.pipe(far).pipe(socket)
  return far
}
