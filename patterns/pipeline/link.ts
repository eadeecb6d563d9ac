import { Dealer, type MessageLike } from 'zerowire'
import type { Message } from 'zerowire/extra'
import type { Life } from '../common/life.js'
import { COMMAND, commandFrame, commandOf, creditFrame, jobIdOf, type JobId } from './protocol.js'

/** What came from a ventilator. */
export interface Task extends JobId {
  /** A job, or what only has to be passed on to the sink. */
  readonly command: number
  /** Its frames as they came, the command first. */
  readonly message: readonly Message[]
}

/** What a link needs of its worker. */
export interface LinkOptions {
  readonly life: Life
  readonly endpoint: string
  readonly credit: number
  readonly liveness: number
  readonly makeSocket: () => Dealer
  /** Begins with a task, whose end `report` tells: with a reason when it went wrong. */
  readonly begin: (task: Task, report: (reason?: string) => void) => void
}

/**
 * The connection to one ventilator. When either side has lost the other it is made anew, on a new
 * socket: so nothing that was meant for the old one is taken for something new.
 */
export class Link {
  readonly #options: LinkOptions
  #socket: Dealer | undefined
  /** Tasks that are being done, those of earlier connections included. */
  #running = 0
  #missed = 0
  refused = 0
  reopened = -1

  constructor(options: LinkOptions) {
    this.#options = options
    this.#open()
  }

  /** Whether there is a connection, or will be as soon as the ventilator is there. */
  get open(): boolean {
    return this.#socket !== undefined
  }

  /** How many tasks are being done. */
  get running(): number {
    return this.#running
  }

  /** Every heartbeat: does the ventilator live? It hears that we do. */
  beat(): void {
    if (!this.#socket) this.#open()
    else if (++this.#missed >= this.#options.liveness) {
      this.#drop()
      this.#open()
    } else this.#send(this.#socket, [commandFrame(COMMAND.heartbeat)])
  }

  /** Lets the ventilator give what is not done to others at once. */
  leave(): void {
    if (this.#socket) this.#send(this.#socket, [commandFrame(COMMAND.bye)])
  }

  #open(): void {
    const { life, endpoint, credit, makeSocket } = this.#options
    const socket = life.own(makeSocket())
    socket.connect(endpoint)
    this.#socket = socket
    this.#missed = 0
    this.reopened++
    life.read(socket, (message) => {
      if (socket === this.#socket) this.#take(socket, message)
    })
    this.#send(socket, [commandFrame(COMMAND.ready), creditFrame(credit - this.#running)])
  }

  #drop(): void {
    if (this.#socket) this.#options.life.release(this.#socket)
    this.#socket = undefined
  }

  #take(socket: Dealer, message: Message[]): void {
    this.#missed = 0
    const command = commandOf(message)
    // The next heartbeat comes back: a ventilator that sends us away for ever has no more work with us.
    if (command === COMMAND.bye) this.#drop()
    else if (command !== COMMAND.heartbeat) this.#task(socket, command, message)
  }

  #task(socket: Dealer, command: number, message: readonly Message[]): void {
    const id = jobIdOf(message)
    const isTask = command === COMMAND.job || command === COMMAND.givenUp || command === COMMAND.end
    if (!id || !isTask || this.#running >= this.#options.credit) {
      this.refused++
      return
    }
    this.#running++
    this.#options.begin({ ...id, command, message }, (reason) => {
      this.#running--
      if (socket === this.#socket) this.#report(socket, message[2], reason)
      // Of a connection that is gone: the ventilator of today knows nothing of it but that there is room.
      else if (this.#socket) {
        this.#send(this.#socket, [commandFrame(COMMAND.credit), creditFrame(1)])
      }
    })
  }

  #report(socket: Dealer, number: Message | undefined, reason: string | undefined): void {
    if (reason === undefined) this.#send(socket, [commandFrame(COMMAND.done), number ?? null])
    else this.#send(socket, [commandFrame(COMMAND.failed), number ?? null, reason])
  }

  /** Never waits: what could not be sent would be missed, so all begins anew. */
  #send(socket: Dealer, frames: MessageLike[]): void {
    if (socket.closed) return
    socket.send(frames).catch(() => {
      if (socket === this.#socket) this.#drop()
    })
  }
}
