import cluster from 'node:cluster'
import { Pull } from 'zerowire'
import { ZmqError } from 'zerowire/extra'

/*
 * A worker of a cluster binds where its parent is bound, and the parent prints what came of it.
 */
const pull = new Pull()

if (cluster.isPrimary) {
  pull.bindSync('tcp://127.0.0.1:*')
  cluster.fork({ ADDRESS: pull.lastEndpoint }).on('message', (codes: string[]) => {
    console.log(codes.join(' '))
    // Until now somebody had to reach it: a forgotten socket is closed.
    void pull.close()
    cluster.disconnect()
  })
} else {
  const address = process.env['ADDRESS'] ?? ''
  const codes: string[] = []
  const failed = (error: unknown): void => {
    codes.push(error instanceof ZmqError ? error.code : String(error))
  }
  try {
    pull.bindSync(address)
  } catch (error) {
    failed(error)
  }
  await pull.bind(address).catch(failed)
  process.send?.(codes)
}
