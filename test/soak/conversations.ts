import type { SocketName } from '../support/implementations.js'
import type { Role } from './programs/talk.js'

export type End = 'near' | 'far'
type Library = 'zerowire' | 'zeromq'

export interface Participant {
  readonly library: Library
  readonly type: SocketName
  readonly options?: Readonly<Record<string, unknown>>
  readonly subscribe?: readonly string[]
}

/** Two sockets, one of which sends numbers. */
export interface Conversation {
  readonly name: string
  readonly ends: Readonly<Record<End, Participant>>
  readonly sender: End
  readonly dialler: End
  readonly role: Role
  readonly answer: Role
  /** What is sent while nobody is there is lost. */
  readonly drops?: boolean
}

const QUEUE = 100

interface Kind {
  readonly sender: Omit<Participant, 'library'>
  readonly hearer: Omit<Participant, 'library'>
  readonly role: Role
  readonly answer: Role
  readonly drops?: boolean
}

const kinds: readonly Kind[] = [
  {
    sender: { type: 'Push', options: { sendHighWaterMark: QUEUE, sendTimeout: 200 } },
    hearer: { type: 'Pull' },
    ...{ role: 'tell', answer: 'hear' },
  },
  {
    sender: { type: 'Publisher', options: { sendHighWaterMark: QUEUE } },
    hearer: { type: 'Subscriber', subscribe: [''] },
    ...{ role: 'tell', answer: 'hear', drops: true },
  },
  {
    sender: { type: 'Dealer', options: { sendHighWaterMark: QUEUE, sendTimeout: 200 } },
    hearer: { type: 'Router' },
    ...{ role: 'ask', answer: 'answer' },
  },
  {
    sender: {
      type: 'Request',
      options: { relaxed: true, correlate: true, sendTimeout: 200, receiveTimeout: 300 },
    },
    hearer: { type: 'Reply' },
    ...{ role: 'insist', answer: 'answer' },
  },
]

/** Every pattern, whoever sends, whoever dials, and whoever is at the far end. */
export const conversations: readonly Conversation[] = kinds.flatMap(({ sender, hearer, ...kind }) =>
  (['near', 'far'] as const).flatMap((from) =>
    (['near', 'far'] as const).flatMap((dialler) =>
      (['zerowire', 'zeromq'] as const).map((library) => ({
        ...kind,
        name: `${sender.type} at the ${from} end, ${dialler} dials, ${library}`,
        ends: {
          near: { library: 'zerowire', ...(from === 'near' ? sender : hearer) },
          far: { library, ...(from === 'far' ? sender : hearer) },
        } as const,
        ...{ sender: from, dialler },
      })),
    ),
  ),
)

/** The same with less: who sends dials as well. */
export const fewConversations: readonly Conversation[] = conversations.filter(
  ({ sender, dialler }) => sender === dialler,
)

export function other(end: End): End {
  return end === 'near' ? 'far' : 'near'
}
