import '../error-codes.js'
import { existsSync, lstatSync, mkdtempSync, rmSync, unlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { malformed, type Endpoint } from '../endpoint.js'
import { fromSystemError, ZmqError } from '../errors.js'
import type { Session } from '../session/session.js'
import type { Accept, Listener, LocalEnd, Transport } from '../transport/transport.js'
import { demandKeys } from './demand-keys.js'
import { NetStream } from './net-stream.js'
import { dial, serve, type ListenerKind } from './stream-transport.js'
import { isOwned } from './unix-owner.js'

/** The longest path of a Unix domain socket on Linux, its NUL left out. */
const LONGEST_PATH = 107

/** `ipc://path`, `ipc://@abstract` (Linux), `ipc://*` (bind): ZMTP over Unix domain sockets. */
export class IpcTransport implements Transport {
  readonly scheme = 'ipc'
  readonly observable = true

  check(endpoint: Endpoint, local?: LocalEnd): void {
    pathOf(endpoint)
    if (local !== undefined) demandKeys(endpoint, local)
  }

  async connect(endpoint: Endpoint, local: LocalEnd, signal: AbortSignal): Promise<Session> {
    return dial(NetStream.dial({ path: pathOf(endpoint) }), endpoint, local, signal)
  }

  listen(endpoint: Endpoint, local: LocalEnd, accept: Accept): Listener {
    try {
      const { useFileDescriptor: fd } = local.options
      if (fd >= 0) return this.#adopt(fd, endpoint, local, accept)
      return endpoint.address === '*'
        ? this.#listenAnywhere(local, accept)
        : this.#listenAt(endpoint, local, accept)
    } catch (error) {
      throw fromSystemError(error, endpoint.text)
    }
  }

  /** The path is as it was given, and stays when the listener goes: both are the opener's business. */
  #adopt(fd: number, endpoint: Endpoint, local: LocalEnd, accept: Accept): Listener {
    const { text } = endpoint
    if (endpoint.address === '*') throw malformed(text, 'useFileDescriptor has a path of its own')
    return serve(text, local, accept, {
      ...kindOf(pathOf(endpoint), text),
      place: { fd },
      endpoint: (server) => {
        if (typeof server.address() !== 'object' || server.address() === null) return text
        throw malformed(text, `useFileDescriptor ${String(fd)} is no Unix domain socket`)
      },
    })
  }

  #listenAt(endpoint: Endpoint, local: LocalEnd, accept: Accept): Listener {
    const path = pathOf(endpoint)
    clearStale(path, endpoint)
    return serve(endpoint.text, local, accept, kindOf(path, endpoint.text))
  }

  /** In a new directory, which goes with the listener. */
  #listenAnywhere(local: LocalEnd, accept: Accept): Listener {
    const folder = temporaryFolder()
    const path = join(folder, 'socket')
    const cleanup = (): void => {
      remove(folder)
    }
    const text = `ipc://${path}`
    return serve(text, local, accept, { ...kindOf(path, text), cleanup })
  }
}

/** Folders of our making: those that are left go with the process. */
const folders = new Set<string>()

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'zerowire-'))
  if (folders.size === 0) process.once('exit', removeAll)
  folders.add(folder)
  return folder
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
  folders.delete(folder)
  if (folders.size === 0) process.off('exit', removeAll)
}

function removeAll(): void {
  for (const folder of folders) remove(folder)
}

function kindOf(path: string, text: string): ListenerKind {
  return {
    place: { path },
    endpoint: () => text,
    remoteAddress: () => text,
    admit: () => true,
  }
}

function pathOf({ address, text }: Endpoint): string {
  if (Buffer.byteLength(address) > LONGEST_PATH) {
    const reason = `the path has more than ${String(LONGEST_PATH)} bytes`
    throw new ZmqError('ENAMETOOLONG', { address: text, reason })
  }
  return address.startsWith('@') ? `\0${address.slice(1)}` : address
}

/**
 * Removes what a dead owner left behind: a socket on which nobody answers. A living owner keeps its
 * address (libzmq would steal it), and a file that is no socket is never touched.
 */
function clearStale(path: string, { text }: Endpoint): void {
  if (path.startsWith('\0')) return
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat === undefined) {
    if (existsSync(dirname(path))) return
    const reason = `there is no directory ${dirname(path)}`
    throw new ZmqError('ENOENT', { address: text, message: 'No such file or directory', reason })
  }
  if (!stat.isSocket()) {
    throw new ZmqError('EADDRINUSE', { address: text, reason: `${path} exists and is no socket` })
  }
  if (isOwned(path)) throw new ZmqError('EADDRINUSE', { address: text })
  unlinkSync(path)
}
