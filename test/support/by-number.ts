import { native, ours, type Implementation } from './implementations.js'

interface ByNumber {
  setBoolOption(option: number, value: boolean): void
  setStringOption(option: number, value: string): void
  setInt32Option(option: number, value: number): void
  getInt32Option(option: number): number
}

/** The socket with its options by libzmq's numbers, which types show to subclasses alone. */
export function byNumber(socket: object): ByNumber {
  return socket as ByNumber
}

/** Who has the option, and whom it talks to. */
export const pairs: { who: string; here: Implementation; there: Implementation }[] = [
  { who: 'ours to ours', here: ours, there: ours },
  { who: 'ours to zeromq', here: ours, there: native },
  { who: 'zeromq to ours', here: native, there: ours },
]
