import type { Message } from 'zerowire/extra'

/** What broker and workers say to each other beside requests and replies: messages of one frame. */
export const WORD = {
  /** Worker: I am here; followed by weight and name. On each connection, and at each interval. */
  ready: 'READY',
  /** Worker: no more requests, please. Broker: you will get no more. */
  bye: 'BYE',
  /** Broker: you are on the ring. */
  ok: 'OK',
  /** Broker: another has that name, or there are too many of you. */
  refused: 'REFUSED',
} as const

/** How a request has ended: the first three digits of the first frame of a reply. */
export const STATUS = {
  /** The frames of the reply follow. */
  ok: '200',
  /** The worker could not do it. */
  failed: '500',
  /** Nobody has done anything: there is no worker, or it has too much to do. */
  unavailable: '503',
  /** The worker has gone, or has not answered in time: it may have been done. */
  lost: '504',
} as const

/** A worker may weigh this much at the most. */
export const MAX_WEIGHT = 100

/** The longest name of a worker, in characters. */
export const MAX_NAME = 128

/** What a worker says of itself. */
export interface Introduction {
  readonly name: string
  readonly weight: number
}

const READY = new RegExp(`^${WORD.ready} (\\d+(?:\\.\\d+)?) (\\S{1,${MAX_NAME}})$`)

/** The frame by which a worker introduces itself. */
export function introduce({ name, weight }: Introduction): string {
  return `${WORD.ready} ${weight} ${name}`
}

/** What a frame says of a worker; undefined when it says nothing of that kind. */
export function introduced(frame: Message): Introduction | undefined {
  const [, weight, name] = READY.exec(frame.toString()) ?? []
  if (weight === undefined || name === undefined) return undefined
  const introduction = { name, weight: Number(weight) }
  return isWeight(introduction.weight) ? introduction : undefined
}

/** Whether a worker may weigh that much. */
export function isWeight(weight: number): boolean {
  return weight > 0 && weight <= MAX_WEIGHT
}

/** Whether a worker may have that name. */
export function isName(name: string): boolean {
  return name.length <= MAX_NAME && /^\S+$/.test(name)
}
