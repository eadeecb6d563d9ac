// Fetches a file in small chunks, and prints how far it is after each of them, and how it was at last.
import { fileSink, TransferClient } from 'zerowire/patterns/file-transfer'

const [address = '', name = '', path = ''] = process.argv.slice(2)
const client = new TransferClient(address, { chunk: 5000, pipeline: 3, retryInterval: 10 })
await using sink = await fileSink(path)
const { resumed, retries, restarts } = await client.fetch(name, sink, {
  onProgress: ({ received }) => console.log(received),
})
console.log(`done ${resumed} ${retries} ${restarts}`)
