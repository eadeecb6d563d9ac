import 'node:https'
import { Server, Socket } from 'node:net'
import { queryObjects, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Bytes of JavaScript objects and of buffers, when all that is unused has been freed. */
export function heldBytes(): number {
  collect()
  // The memory of buffers is freed on another thread, for which only the next collection waits.
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

const Timeout = clearedTimer().constructor as new () => unknown

function clearedTimer(): NodeJS.Timeout {
  const timer = setTimeout(() => undefined, 0)
  clearTimeout(timer)
  return timer
}

interface Report {
  readonly libuv: readonly { readonly type: string; readonly is_active: boolean }[]
}

/** Those of the servers of HTTP, HTTPS and TLS, loaded above, are objects like any other. */
const SERVER_PROTOTYPES = 3

/** Sockets ask nothing of files; tsx does while the program runs, after it has compiled some of it. */
function isOurs(resource: string): boolean {
  return !resource.startsWith('FSReq')
}

/** What this process holds of the system, whether or not it keeps the process alive. */
export function resources(): Record<string, number> {
  const { libuv } = process.report.getReport() as Report
  const handles = (type: string): number =>
    libuv.filter((handle) => handle.type === type && handle.is_active).length
  return {
    keepingAlive: process.getActiveResourcesInfo().filter(isOurs).length,
    tcpHandles: handles('tcp'),
    pipeHandles: handles('pipe'),
    sockets: queryObjects(Socket, { format: 'count' }),
    servers: queryObjects(Server, { format: 'count' }) - SERVER_PROTOTYPES,
    timers: queryObjects(Timeout, { format: 'count' }),
  }
}
