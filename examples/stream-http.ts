/**
 * An HTTP server in a few lines: Stream talks to programs that know nothing of ZeroMQ. Each message is
 * the name of a connection and some bytes, as many as came together; no bytes say that the connection
 * has begun or ended, or, when they are sent, that it shall end.
 */

import { Stream } from 'zerowire'

const server = new Stream()
await server.bind('tcp://127.0.0.1:*')

async function serve(): Promise<void> {
  const requests = new Map<string, string>()
  for await (const [id, bytes] of server) {
    const connection = id.toString('hex')
    if (bytes.length === 0) {
      // It has begun, or it has ended.
      requests.delete(connection)
      continue
    }
    // A request may come in pieces.
    const request = (requests.get(connection) ?? '') + bytes.toString()
    requests.set(connection, request)
    if (!request.includes('\r\n\r\n')) continue
    const [method, path] = request.split(' ')
    const page = `You asked to ${String(method)} ${String(path)}.`
    const head = `HTTP/1.1 200 OK\r\nContent-Length: ${page.length}\r\nConnection: close\r\n\r\n`
    await server.send([id, head + page])
    await server.send([id, ''])
  }
}

const serving = serve()
const address = String(server.lastEndpoint).replace('tcp:', 'http:')
for (const path of ['/', '/weather']) {
  const response = await fetch(address + path)
  console.log(response.status, await response.text())
}

await server.close()
await serving

// Prints:
//   200 You asked to GET /.
//   200 You asked to GET /weather.
