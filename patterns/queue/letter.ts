import { readText, writeText } from './keys.js'

/** Whoever has received messages and not acknowledged them. */
export interface Holder {
  readonly held: Set<Letter>
}

/** What the store keeps of a message beside what the producer has sent. Dates are in milliseconds since the beginning of 1970. */
export interface Facts {
  /** When the broker took it. */
  readonly sent: number
  /** Not to be received before; 0 when that is over. */
  readonly due: number
  /** Not to be received from then on; 0 for one that does not expire. */
  readonly expires: number
  /** Deliveries that have failed. */
  readonly failures: number
  /** Why and in which queue it died, if this is a queue of dead letters. */
  readonly death: string
}

const NEW_LINE = 10

/** A message in its queue: a line of facts, then head and body as the producer has sent them. */
export class Letter {
  /** Its place in the queue, and what it is known by. */
  readonly number: number
  readonly sent: number
  due: number
  readonly expires: number
  failures: number
  readonly death: string
  /** What is under way to the store is `moving`. */
  state: 'ready' | 'delayed' | 'leased' | 'moving' = 'moving'
  /** Who has it, while it is leased, and until when by `clock.now()`. */
  holder: Holder | undefined = undefined
  until = 0
  /** As the store has it, but for the facts. */
  readonly #bytes: Uint8Array
  readonly #head: number
  readonly #body: number

  constructor(number: number, facts: Facts, bytes: Uint8Array, head: number, body: number) {
    this.number = number
    this.sent = facts.sent
    this.due = facts.due
    this.expires = facts.expires
    this.failures = facts.failures
    this.death = facts.death
    this.#bytes = bytes
    this.#head = head
    this.#body = body
  }

  static write(number: number, facts: Facts, head: Uint8Array, body: Uint8Array): Letter {
    const { sent, due, expires, failures, death } = facts
    const line = `${sent} ${due} ${expires} ${failures} ${head.length} ${death}\n`
    const bodyBegin = line.length + head.length
    const bytes = new Uint8Array(bodyBegin + body.length)
    writeText(bytes, 0, line)
    bytes.set(head, line.length)
    bytes.set(body, bodyBegin)
    return new Letter(number, facts, bytes, line.length, bodyBegin)
  }

  /** From the store. */
  static read(number: number, bytes: Uint8Array): Letter {
    const end = bytes.indexOf(NEW_LINE)
    const [sent, due, expires, failures, head, ...death] = readText(bytes.subarray(0, end)).split(
      ' ',
    )
    const facts = {
      ...{ sent: Number(sent), due: Number(due), expires: Number(expires) },
      ...{ failures: Number(failures), death: death.join(' ') },
    }
    return new Letter(number, facts, bytes, end + 1, end + 1 + Number(head))
  }

  /** For the store. */
  get bytes(): Uint8Array {
    return this.#bytes
  }

  get head(): Uint8Array {
    return this.#bytes.subarray(this.#head, this.#body)
  }

  get body(): Uint8Array {
    return this.#bytes.subarray(this.#body)
  }

  /** Of what the producer has sent. */
  get size(): number {
    return this.#bytes.length - this.#head
  }

  /** The same with other facts. */
  with(facts: Partial<Facts>, number: number = this.number): Letter {
    const { sent, due, expires, failures, death } = this
    const all = { sent, due, expires, failures, death, ...facts }
    return Letter.write(number, all, this.head, this.body)
  }
}
