import { createHash, type Hash } from 'node:crypto'
import { constants } from 'node:fs'
import { open, realpath, rename, type FileHandle } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { TransferError, type Sink, type Source, type Store } from './store.js'

/** How much of a file is read at a time to make its checksum. */
const BLOCK = 2 ** 20

/** A file that somebody put there in place of another must not make us wait, as a named pipe would. */
function forReading(): number {
  return constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0)
}

/**
 * The files below a folder, by their paths relative to it, with `/` between the names. Only regular
 * files, and only those that are really there: names with `..` or NUL, absolute paths and links that
 * lead out of the folder are refused. Whoever can write into the folder can give away, by hard links,
 * what they can read.
 *
 * @param root the folder; need not exist yet.
 * @throws TransferError `ENOENT`, `EACCES`, rejected by `open()`.
 */
export function filesBelow(root: string): Store {
  return {
    async open(name) {
      demandPlain(name)
      const [folder, path] = await Promise.all([realpath(root), realpath(join(root, name))]).catch(
        refuse,
      )
      if (!path.startsWith(folder.endsWith(sep) ? folder : folder + sep)) {
        throw new TransferError('EACCES', 'a link leads out of the folder')
      }
      return openFile(path)
    },
  }
}

/** Nothing but names of files and folders: what they mean is the same on every system. */
function demandPlain(name: string): void {
  const odd = sep === '\\' ? /[\0\\:]/ : /\0/
  const steps = name.split('/')
  if (odd.test(name) || steps.some((step) => ['', '.', '..'].includes(step))) {
    throw new TransferError('EACCES', 'no path below the folder')
  }
}

/** What may be told of an error of the system. */
function refuse(error: unknown): never {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOENT' || code === 'ENOTDIR') throw new TransferError('ENOENT', 'no such file')
  // Names that are too long, links in circles, files of others: none of them is given away.
  throw new TransferError('EACCES', `cannot be read: ${String(code)}`)
}

/** One file, as it is at this moment. */
async function openFile(path: string): Promise<Source> {
  const file = await open(path, forReading()).catch(refuse)
  const { version, size } = await stateOf(file).catch(async (error: unknown) => {
    await file.close()
    throw error
  })
  const unchanged = async (): Promise<void> => {
    const now = await stateOf(file)
    if (now.version !== version) throw new TransferError('ESTALE', 'changed while it was read')
  }
  return {
    size,
    version,
    async read(offset, length) {
      const bytes = Buffer.allocUnsafeSlow(length)
      await fill(file, bytes, offset)
      await unchanged()
      return bytes
    },
    async digest(length, signal) {
      const hash = createHash('sha256')
      await update(hash, file, length, signal)
      await unchanged()
      return hash.digest()
    },
    close: () => file.close(),
  }
}

/** What changes with each change of a file: also when its time is set back, or another takes its name. */
async function stateOf(file: FileHandle): Promise<{ version: string; size: number }> {
  const stat = await file.stat({ bigint: true })
  if (!stat.isFile()) throw new TransferError('EACCES', 'no regular file')
  const facts = [stat.dev, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join()
  // Hashed, for where and when it was written is nobody's business.
  const version = createHash('sha256').update(facts).digest('base64url')
  return { version, size: Number(stat.size) }
}

/** Reads until the bytes are full. */
async function fill(file: FileHandle, bytes: Buffer, offset: number): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const { bytesRead } = await file.read(bytes, at, bytes.length - at, offset + at)
    if (bytesRead === 0) throw new TransferError('ESTALE', 'has become shorter')
    at += bytesRead
  }
}

async function update(
  hash: Hash,
  file: FileHandle,
  length: number,
  signal?: AbortSignal,
): Promise<void> {
  const block = Buffer.allocUnsafeSlow(Math.min(BLOCK, length))
  for (let at = 0; at < length; at += block.length) {
    signal?.throwIfAborted()
    const bytes = block.subarray(0, Math.min(block.length, length - at))
    await fill(file, bytes, at)
    hash.update(bytes)
  }
}

/** A sink that holds a file. */
export interface FileSink extends Sink, AsyncDisposable {
  /** Lets go of the file; a part of it stays. Closing twice is the same as once. */
  close(): Promise<void>
}

/**
 * A file to fetch into: until all is there it is `<path>.part`, which a later transfer goes on with.
 * What is there of it is read first. Two transfers at a time must not fetch into the same file.
 * Close it after the transfer, however that went.
 * @throws Error of the system when that file cannot be opened or read (rejected).
 */
export async function fileSink(path: string): Promise<FileSink> {
  const flags = constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0)
  const file = await open(`${path}.part`, flags)
  const hash = createHash('sha256')
  try {
    const { size } = await file.stat()
    await update(hash, file, size)
    return new PartOfFile(path, file, hash, size)
  } catch (error) {
    await file.close()
    throw error
  }
}

class PartOfFile implements FileSink {
  readonly #path: string
  readonly #file: FileHandle
  /** Of all that is there. */
  #hash: Hash
  #size: number

  constructor(path: string, file: FileHandle, hash: Hash, size: number) {
    this.#path = path
    this.#file = file
    this.#hash = hash
    this.#size = size
  }

  get size(): number {
    return this.#size
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const written = await this.#file.write(bytes, at, bytes.length - at, this.#size + at)
      at += written.bytesWritten
    }
    this.#hash.update(bytes)
    this.#size += bytes.length
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.copy().digest())
  }

  async clear(): Promise<void> {
    await this.#file.truncate(0)
    this.#hash = createHash('sha256')
    this.#size = 0
  }

  /** On the disk, before it has its name: after a crash the name stands for the whole file or for none. */
  async commit(): Promise<void> {
    await this.#file.sync()
    await rename(`${this.#path}.part`, this.#path)
    if (sep === '\\') return
    const folder = await open(dirname(this.#path), 'r')
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  }

  close(): Promise<void> {
    return this.#file.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
