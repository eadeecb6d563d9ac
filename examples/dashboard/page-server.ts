import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname } from 'node:path'
import type { Assets } from './bundle.js'

const usualPort = 8080

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

export function createPageServer(assets: Assets): Server {
  return createServer((request, response) => {
    const name = request.url === '/' ? 'index.html' : String(request.url).slice(1)
    const asset = assets.get(name)
    if (asset === undefined) {
      response.writeHead(404).end()
      return
    }
    response.writeHead(200, {
      'Content-Type': types[extname(name)],
      'Content-Security-Policy': "default-src 'self'",
      'Cache-Control': 'no-store',
    })
    response.end(asset)
  })
}

/** Listens on the port, or if none is given on the first one from 8080 on that is free, and tells it. */
export async function listen(server: Server, host: string, port?: string): Promise<number> {
  for (let next = Number(port ?? usualPort); ; next++) {
    try {
      await once(server.listen(next, host), 'listening')
      return (server.address() as AddressInfo).port
    } catch (error) {
      const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
      if (!isTaken || port !== undefined) throw error
    }
  }
}
