import { implementations, type Implementation } from './implementations.js'

/*
 * One end of a measurement, a process of its own. It is told what to be, tells its parent the
 * endpoint when it is bound, and the result when it is done.
 */
export type Role = 'pull' | 'push' | 'rep' | 'req'

export interface Task {
  readonly role: Role
  readonly implementation: Implementation
  readonly endpoint: string
  readonly size: number
  readonly count: number
}

export interface Result {
  /** Of a stream: from the first message to the last. Of round trips: each of them. */
  readonly seconds: number
  readonly bytes: number
  readonly roundTrips?: readonly number[]
  readonly cpuSeconds: number
  readonly peakBytes: number
}

export type Report = { readonly endpoint: string } | { readonly result: Result }

/** The share of a run that warms up the compiler before the clock starts. */
const WARM_UP = 0.1

const { role, implementation, endpoint, size, count } = JSON.parse(process.argv[2] ?? '') as Task
const zmq = implementations[implementation]

function report(message: Report): Promise<void> {
  return new Promise((resolve) => {
    process.send?.(message, () => {
      resolve()
    })
  })
}

function result(seconds: number, bytes: number, roundTrips?: readonly number[]): Result {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  return {
    seconds,
    bytes,
    cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
    peakBytes: maxRSS * 1024,
    ...(roundTrips === undefined ? {} : { roundTrips }),
  }
}

const ROLES: Record<Role, () => Promise<void>> = {
  async pull() {
    const socket = new zmq.Pull()
    await socket.bind(endpoint)
    await report({ endpoint: socket.lastEndpoint ?? '' })
    const skip = Math.floor(count * WARM_UP)
    let received = 0
    let bytes = 0
    let began = 0
    for await (const [body] of socket) {
      received++
      if (received === skip) {
        began = performance.now()
        bytes = 0
      }
      bytes += body?.length ?? 0
      if (received === count) break
    }
    const seconds = (performance.now() - began) / 1000
    await report({ result: result(seconds, bytes) })
    await socket.close()
  },

  async push() {
    const socket = new zmq.Push()
    socket.connect(endpoint)
    const body = Buffer.alloc(size, 'x')
    for (let sent = 0; sent < count; sent++) await socket.send(body)
    await report({ result: result(0, 0) })
    await socket.close()
  },

  async rep() {
    const socket = new zmq.Reply()
    await socket.bind(endpoint)
    await report({ endpoint: socket.lastEndpoint ?? '' })
    let answered = 0
    for await (const request of socket) {
      await socket.send(request)
      if (++answered === count) break
    }
    await report({ result: result(0, 0) })
    await socket.close()
  },

  async req() {
    const socket = new zmq.Request()
    socket.connect(endpoint)
    const body = Buffer.alloc(size, 'x')
    const roundTrips: number[] = []
    const skip = Math.floor(count * WARM_UP)
    const began = performance.now()
    for (let asked = 0; asked < count; asked++) {
      const before = performance.now()
      await socket.send(body)
      await socket.receive()
      if (asked >= skip) roundTrips.push((performance.now() - before) * 1000)
    }
    const seconds = (performance.now() - began) / 1000
    await report({ result: result(seconds, count * size, roundTrips) })
    await socket.close()
  },
}

await ROLES[role]()
process.disconnect()
