/** What a server of the pair is: it waits for the other one as primary or backup, serves, or stands by. */
export type BinaryStarState = 'primary' | 'backup' | 'active' | 'passive'

/** What happens to it: the other one says what it is, or a client asks for something. */
export type BinaryStarEvent = BinaryStarState | 'request'

/** What becomes of a server by an event: its next state, and what to do with a request. */
export interface Transition {
  /** The state that it is in then. */
  readonly state: BinaryStarState
  /** Of a request: serve it, or leave it unanswered. `fatal`: both serve, or none, and only people can help. */
  readonly verdict?: 'accept' | 'reject' | 'fatal'
}

const stay = (state: BinaryStarState): Transition => ({ state })
const become = stay
const accept = (state: BinaryStarState): Transition => ({ state, verdict: 'accept' })
const reject = (state: BinaryStarState): Transition => ({ state, verdict: 'reject' })
const fatal = (state: BinaryStarState): Transition => ({ state, verdict: 'fatal' })

/** `request` is for as long as the other one is heard, `orphan` for a request when it is not. */
const TABLE: Record<BinaryStarState, Record<BinaryStarEvent | 'orphan', Transition>> = {
  primary: {
    primary: stay('primary'),
    backup: become('active'),
    active: become('passive'),
    passive: stay('primary'),
    // The backup may be active, and only not yet heard.
    request: reject('primary'),
    orphan: accept('active'),
  },
  backup: {
    primary: stay('backup'),
    backup: stay('backup'),
    active: become('passive'),
    passive: stay('backup'),
    request: reject('backup'),
    orphan: reject('backup'),
  },
  active: {
    primary: stay('active'),
    backup: stay('active'),
    active: fatal('active'),
    passive: stay('active'),
    request: accept('active'),
    orphan: accept('active'),
  },
  passive: {
    // The other one has been started again: it knows nothing, and will stand by.
    primary: become('active'),
    backup: become('active'),
    active: stay('passive'),
    passive: fatal('passive'),
    request: reject('passive'),
    // The vote: silence alone may be the network's.
    orphan: accept('active'),
  },
}

/**
 * The finite state machine of a Binary Star (guide, chapter 4).
 *
 * @param peerSilent whether the other one has not been heard for two heartbeats; matters to requests only.
 */
export function transition(
  state: BinaryStarState,
  event: BinaryStarEvent,
  peerSilent: boolean,
): Transition {
  return TABLE[state][event === 'request' && peerSilent ? 'orphan' : event]
}
