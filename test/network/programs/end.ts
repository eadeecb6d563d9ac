import { Dealer } from 'zerowire'
import { EventLog } from '../../support/events.js'
import { obey } from '../../support/in-station.js'

/*
 * One end of a conversation that is watched. Both ask for a sign of life ten times a second.
 */

const socket = new Dealer({
  heartbeatInterval: 100,
  heartbeatTimeout: 300,
  reconnectInterval: 50,
  connectTimeout: 1000,
  linger: 0,
})
const log = new EventLog(socket)

const commands = {
  /** Answers whatever comes. */
  async bind(address: string) {
    await socket.bind(address)
    void (async () => {
      for await (const message of socket) await socket.send(message)
    })()
  },
  connect(address: string) {
    socket.connect(address)
  },
  async ask(text: string) {
    await socket.send(text)
    return String((await socket.receive())[0])
  },
  async handshake(count: number) {
    await log.until('handshake', count)
  },
  /** Why the first connection ended. */
  async disconnect() {
    return (await log.until('disconnect')).error?.code
  },
}

/** What a test can have it do. */
export type End = typeof commands

obey(commands)
