import { message } from '../message.js'
import { Meter } from '../meter.js'
import type { Scenario, Zmq } from '../task.js'

/** Peers that have questions under way at a time, however many there are. */
const ACTIVE = 10

/** Questions of a peer that are under way together: one write and one read, and the same back. */
const BATCH = 100

/** Connections that are made at a time. */
const GROUP = 100

type Dealer = InstanceType<Zmq['Dealer']>

/**
 * One ROUTER answers DEALER peers who ask in turn. What happens for a message is the same for any
 * number of them; what differs is how many the ROUTER has to know, and how long each has been idle.
 * When the clock starts all are connected, and all have had their turn once.
 */
export const peers: Scenario = {
  async binds({ zmq, task, bound }) {
    const socket = new zmq.Router()
    const answer = async (count: number): Promise<void> => {
      for (let left = count; left > 0;) {
        const questions = await socket.receiveMany()
        await socket.sendMany(questions)
        left -= questions.length
      }
    }
    await socket.bind(task.endpoint)
    bound(socket.lastEndpoint)
    await answer(task.peers * BATCH)
    const { stats } = socket
    if (stats.peers !== task.peers) throw new Error(`${stats.peers} of ${task.peers} peers`)
    await answer(task.count)
    return undefined
  },

  async connects({ zmq, task }) {
    const context = new zmq.Context({ maxSockets: task.peers })
    const batch = new Array<Buffer[]>(BATCH).fill(message(task))
    const sockets: Dealer[] = []
    const join = async (): Promise<Dealer> => {
      const socket = new zmq.Dealer({ context })
      socket.connect(task.endpoint)
      await ask(socket, batch)
      return socket
    }
    while (sockets.length < task.peers) {
      const length = Math.min(GROUP, task.peers - sockets.length)
      sockets.push(...(await Promise.all(Array.from({ length }, join))))
    }

    const meter = new Meter(task.count)
    let asked = 0
    const askInTurn = async (first: number): Promise<void> => {
      for (let turn = first; asked < task.count; turn += ACTIVE) {
        const questions = batch.slice(0, task.count - asked)
        asked += questions.length
        await ask(sockets[turn % sockets.length] as Dealer, questions, meter)
      }
    }
    await Promise.all(Array.from({ length: ACTIVE }, (_, first) => askInTurn(first)))
    return meter.outcome()
  },
}

/** Sends the questions together, and waits for as many answers. */
async function ask(socket: Dealer, questions: Buffer[][], meter?: Meter): Promise<void> {
  await socket.sendMany(questions)
  for (let missing = questions.length; missing > 0;) {
    const answers = await socket.receiveMany(missing)
    for (const answer of answers) meter?.count(answer)
    missing -= answers.length
  }
}
