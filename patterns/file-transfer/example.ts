// Fetches a file, is interrupted half way, and goes on where it was; with a bar that shows how far it is.
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SingleBar } from 'cli-progress'
import {
  filesBelow,
  fileSink,
  TransferClient,
  TransferServer,
} from 'zerowire/patterns/file-transfer'
import type { FetchOptions } from 'zerowire/patterns/file-transfer'

const folder = await mkdtemp(join(tmpdir(), 'transfer-'))
await writeFile(join(folder, 'film'), Buffer.alloc(8_000_000, 'frames of a film '))

const server = new TransferServer(filesBelow(folder))
const client = new TransferClient(await server.bind('tcp://127.0.0.1:*'))

async function fetchFilm(options: FetchOptions = {}): Promise<void> {
  // On a terminal; elsewhere it draws nothing.
  const bar = new SingleBar({ format: '{bar} {percentage} %', clearOnComplete: true })
  await using sink = await fileSink(join(folder, 'copy'))
  try {
    const { size, digest, resumed } = await client.fetch('film', sink, {
      ...options,
      onProgress(progress) {
        if (!bar.isActive) bar.start(progress.total, progress.resumed)
        bar.update(progress.received)
        options.onProgress?.(progress)
      },
    })
    console.log(`${size} bytes, of which ${resumed} were there already`)
    const copy = createHash('sha256').update(await readFile(join(folder, 'copy')))
    console.log(`checksum: ${Buffer.compare(digest, copy.digest()) === 0 ? 'right' : 'wrong'}`)
  } finally {
    bar.stop()
  }
}

const interrupt = new AbortController()
await fetchFilm({
  signal: interrupt.signal,
  onProgress({ received, total }) {
    if (received === total / 2) interrupt.abort(new Error('interrupted half way'))
  },
}).catch((error: unknown) => console.log(String(error)))
await fetchFilm()

await client.close()
await server.close()
await rm(folder, { recursive: true })

// Prints:
//   Error: interrupted half way
//   8000000 bytes, of which 4000000 were there already
//   checksum: right
