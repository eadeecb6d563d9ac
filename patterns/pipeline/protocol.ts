import type { Message } from 'zerowire/extra'

/** The first frame of every message: one byte. */
export const COMMAND = {
  /** Worker to ventilator: I am new here, and take so many jobs at once. */
  ready: 1,
  /** Worker to ventilator: I take so many more. */
  credit: 2,
  /** Both ways: I am alive. */
  heartbeat: 3,
  /** Both ways: we do not know each other any more. */
  bye: 4,
  /** Ventilator to worker: work on it. */
  job: 5,
  /** Ventilator to worker to sink: nobody could do this one. */
  givenUp: 6,
  /** Ventilator to worker to sink: there is no other. */
  end: 7,
  /** Worker to sink: what came of it. */
  result: 8,
  /** Sink to worker: I have it. */
  taken: 9,
  /** Worker to ventilator: the sink has it. */
  done: 10,
  /** Worker to ventilator: it went wrong. */
  failed: 11,
} as const

/** The names that inputs can have, in bytes of UTF-8. */
const LONGEST_INPUT = 255

/** Which job: they count from 1 in each input, and its end has the number after the last. */
export interface JobId {
  /** The name of the input that it belongs to. */
  readonly input: string
  /** Its number there. */
  readonly number: number
}

/** One frame of one byte. */
export function commandFrame(command: number): Uint8Array {
  return Uint8Array.of(command)
}

/** What a message says it is; 0 when it says nothing. */
export function commandOf([first]: readonly Message[]): number {
  return first?.length === 1 ? (first[0] ?? 0) : 0
}

/** A number of a job: 8 bytes, the most significant first. */
export function numberFrame(number: number): Uint8Array {
  const frame = new Uint8Array(8)
  new DataView(frame.buffer).setBigUint64(0, BigInt(number))
  return frame
}

/** @returns undefined when it is none from 1 on, or more than JavaScript counts. */
export function numberOf(frame: Message | undefined): number | undefined {
  if (frame?.length !== 8) return undefined
  const number = Number(new DataView(frame.buffer, frame.byteOffset, 8).getBigUint64(0))
  return number > 0 && Number.isSafeInteger(number) ? number : undefined
}

/** A number of jobs at once: 4 bytes, the most significant first. */
export function creditFrame(credit: number): Uint8Array {
  const frame = new Uint8Array(4)
  new DataView(frame.buffer).setUint32(0, credit)
  return frame
}

/** @returns undefined when it is none. */
export function creditOf(frame: Message | undefined): number | undefined {
  if (frame?.length !== 4) return undefined
  return new DataView(frame.buffer, frame.byteOffset, 4).getUint32(0)
}

/** The job that the frames behind the command name. */
export function jobIdOf([, input, frame]: readonly Message[]): JobId | undefined {
  const number = numberOf(frame)
  if (!input || input.length === 0 || input.length > LONGEST_INPUT || number === undefined) return
  return { input: input.toString(), number }
}

/** @throws TypeError, RangeError when it is no name of an input. */
export function checkInput(input: unknown): string {
  if (typeof input !== 'string') throw new TypeError(`input is a name, not ${String(input)}`)
  const { length } = new TextEncoder().encode(input)
  if (length > 0 && length <= LONGEST_INPUT) return input
  throw new RangeError(`input is a name of 1 to ${LONGEST_INPUT} bytes, not of ${length}`)
}
