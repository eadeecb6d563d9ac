import * as draft from 'zerowire/draft'
import * as zerowire from 'zerowire'

/** The class of each socket type, by its name on the wire; and a type that it talks to. */
export const TYPES = {
  PAIR: { make: zerowire.Pair, peer: 'PAIR' },
  PUB: { make: zerowire.Publisher, peer: 'SUB' },
  SUB: { make: zerowire.Subscriber, peer: 'PUB' },
  REQ: { make: zerowire.Request, peer: 'REP' },
  REP: { make: zerowire.Reply, peer: 'REQ' },
  DEALER: { make: zerowire.Dealer, peer: 'ROUTER' },
  ROUTER: { make: zerowire.Router, peer: 'DEALER' },
  PULL: { make: zerowire.Pull, peer: 'PUSH' },
  PUSH: { make: zerowire.Push, peer: 'PULL' },
  XPUB: { make: zerowire.XPublisher, peer: 'XSUB' },
  XSUB: { make: zerowire.XSubscriber, peer: 'XPUB' },
  STREAM: { make: zerowire.Stream, peer: '' },
  SERVER: { make: draft.Server, peer: 'CLIENT' },
  CLIENT: { make: draft.Client, peer: 'SERVER' },
  RADIO: { make: draft.Radio, peer: 'DISH' },
  DISH: { make: draft.Dish, peer: 'RADIO' },
  GATHER: { make: draft.Gather, peer: 'SCATTER' },
  SCATTER: { make: draft.Scatter, peer: 'GATHER' },
  PEER: { make: draft.Peer, peer: 'PEER' },
  CHANNEL: { make: draft.Channel, peer: 'CHANNEL' },
} as const

export type TypeName = keyof typeof TYPES

export const TYPE_NAMES = Object.keys(TYPES) as TypeName[]

/** The type of that name; DEALER where there is none. */
export function typeNamed(name: string | undefined): TypeName {
  return TYPE_NAMES.find((each) => each === name) ?? 'DEALER'
}
