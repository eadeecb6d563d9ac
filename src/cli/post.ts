import type { Message, MessageLike, OperationOptions, Socket } from 'zerowire'
import type { Letter } from './letter.js'

/** A socket that takes and gives letters. */
export interface Post {
  readonly socket: Socket
  send(letter: Letter, options: OperationOptions): Promise<void>
  /** At least one letter, and those that have come as well. */
  receive(most: number, options: OperationOptions): Promise<Letter[]>
  /** Settles when so many peers want something; where it is missing, those that are connected do. */
  untilWanted?(count: number): Promise<void>
}

type Sending = Socket & {
  send(message: MessageLike | MessageLike[], options?: OperationOptions): Promise<void>
}
type Receiving = Socket & {
  receiveMany(most?: number, options?: OperationOptions): Promise<Message[][]>
}

/** A letter is a message, of a socket that sends, receives, or both. */
export function plainPost(socket: Sending | Receiving): Post {
  return {
    socket,
    send: (letter, options) => (socket as Sending).send(letter, options),
    receive: (most, options) => (socket as Receiving).receiveMany(most, options),
  }
}

type Addressing<A> = Socket & {
  send(message: MessageLike, options: A & OperationOptions): Promise<void>
}
type Addressed<A> = Socket & {
  receiveMany(most?: number, options?: OperationOptions): Promise<[Message, A][]>
}

/** How an address beside a message is the first part of a letter. */
interface Translation<A> {
  readonly address: (part: Uint8Array) => A
  readonly part: (address: A) => Uint8Array
}

/** The first part of a letter goes and comes beside the message. */
export function addressedPost<A>(
  socket: Addressing<A> | Addressed<A>,
  { address, part }: Translation<A>,
): Post {
  return {
    socket,
    send: (letter, options) => {
      const [first = new Uint8Array(0), ...body] = letter
      const to = { ...address(first), ...options }
      // More than one part is refused there, in its own words.
      return (socket as Addressing<A>).send(body as unknown as MessageLike, to)
    },
    receive: async (most, options) => {
      const letters = await (socket as Addressed<A>).receiveMany(most, options)
      return letters.map(([body, from]) => [part(from), body])
    },
  }
}
