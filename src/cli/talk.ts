import type { Socket } from 'zerowire'
import { ZmqError } from 'zerowire/extra'
import { attach, placesOf, type EndpointOptions } from './endpoints.js'
import { tellTrouble, untilMet } from './events.js'
import { framingOf, type FramingOptions } from './framing.js'
import type { Kind, KindOptions, Settings } from './kinds.js'
import { late, orLate, within } from './late.js'
import { leave } from './leave.js'
import type { Letter } from './letter.js'
import { Meter } from './meter.js'
import type { Post } from './post.js'
import type { Loudness, Run } from './run.js'
import { securityOf, type SecurityOptions } from './security.js'
import { lettersOf, type SourceOptions } from './source.js'
import { Output } from './streams.js'

/** What every command with a socket may be told. */
export interface SocketOptions extends EndpointOptions, SecurityOptions, Loudness {
  readonly ipv6?: boolean
  readonly linger?: number
  readonly timeout?: number
  readonly rate?: boolean
}

/** What commands that move messages may be told. */
export interface TalkOptions extends SocketOptions, FramingOptions, SourceOptions, KindOptions {}

/** What is set on a socket. */
export async function settingsOf(options: SocketOptions): Promise<Settings> {
  const { ipv6, linger } = options
  return {
    ...(await securityOf(options)),
    ...(ipv6 !== undefined && { ipv6 }),
    ...(linger !== undefined && { linger }),
  }
}

/** Uses a socket until the work is done, and leaves it in good order. */
export async function using(socket: Socket, run: Run, work: () => Promise<void>): Promise<void> {
  tellTrouble(socket, run)
  let giveUp = true
  try {
    await work()
    giveUp = false
  } finally {
    await leave(socket, run, giveUp)
  }
}

/** What goes on stdin is sent, and what is received is printed, as far as the kind of socket allows. */
export async function talk(
  kind: Kind,
  endpoints: readonly string[],
  options: TalkOptions,
  run: Run,
): Promise<void> {
  const framing = framingOf(options, kind.label)
  const places = placesOf(endpoints, options)
  const post = await kind.open(await settingsOf(options), options)
  const talking = new Talk(post, options, run)
  await using(post.socket, run, async () => {
    const wanted = untilWanted(post, options.wait)
    await attach(post.socket, places, run)
    await within(wanted, options.timeout, run.signal, 'nobody was there')
    if (!kind.sends) return talking.receive(new Output(framing, run), run.signal)
    const letters = (signal: AbortSignal): AsyncIterable<Letter[]> =>
      lettersOf(options, framing, signal)
    if (!kind.receives) return talking.send(letters(run.signal), run.signal, options.count)
    return talking.both(letters, new Output(framing, run))
  })
}

/** Two directions of a conversation. */
class Talk {
  readonly #post: Post
  readonly #options: TalkOptions
  readonly #run: Run
  readonly #meter: Meter

  constructor(post: Post, options: TalkOptions, run: Run) {
    this.#post = post
    this.#options = options
    this.#run = run
    this.#meter = new Meter(options.rate === true, run)
  }

  /** @param count after so many, the rest is left where it is. */
  async send(
    letters: AsyncIterable<Letter[]>,
    signal: AbortSignal,
    count: number = Infinity,
  ): Promise<void> {
    const { timeout = -1 } = this.#options
    let left = count
    for await (const batch of letters) {
      for (const letter of batch.slice(0, left)) {
        try {
          await this.#post.send(letter, { timeout, signal })
          this.#meter.add(letter)
        } catch (error) {
          if (!(error instanceof ZmqError)) throw error
          if (error.code === 'EAGAIN') throw late(timeout, 'nobody took the next message')
          if (error.code !== 'EHOSTUNREACH') throw error
          this.#run.failure(error)
        }
      }
      left -= batch.length
      if (left <= 0) return
    }
  }

  async receive(output: Output, signal: AbortSignal): Promise<void> {
    const { timeout = -1, count = Infinity } = this.#options
    for (let left = count; left > 0;) {
      const letters = await orLate(timeout, 'no message came', () =>
        this.#post.receive(Math.min(left, 1000), { timeout, signal }),
      )
      left -= letters.length
      for (const letter of letters) this.#meter.add(letter)
      await output.write(letters)
    }
  }

  /** Ends when enough was received; what is sent meanwhile is the other half. */
  async both(
    letters: (signal: AbortSignal) => AsyncIterable<Letter[]>,
    output: Output,
  ): Promise<void> {
    const enough = new AbortController()
    const signal = AbortSignal.any([this.#run.signal, enough.signal])
    const receiving = this.receive(output, signal)
    const sending = this.send(letters(signal), signal).then(() => receiving)
    try {
      await Promise.race([receiving, sending])
    } finally {
      enough.abort()
      await Promise.allSettled([receiving, sending])
    }
  }
}

function untilWanted(post: Post, count: number | undefined): Promise<void> {
  if (count === undefined) return Promise.resolve()
  if (post.untilWanted !== undefined) return post.untilWanted(count)
  return untilMet(post.socket, count)
}
