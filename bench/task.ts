import type * as zerowire from 'zerowire'

/** What is measured: two libraries through the same API; beside them jszmq, NATS, and bare sockets. */
export type Library = 'zerowire' | 'native' | 'jszmq' | 'nats' | 'raw'

export type Zmq = typeof zerowire

export type ScenarioName =
  | 'stream'
  | 'flood'
  | 'many'
  | 'inproc'
  | 'threads'
  | 'round-trip'
  | 'in-flight'
  | 'publish'
  | 'connect'
  | 'idle'
  | 'peers'
  | `patterns/${string}`

/** What messages are protected by; the second with the native accelerator, where a library has one. */
export type Security = 'NULL' | 'CURVE' | 'CURVE, accelerated'

/** What one process of a measurement is told. */
export interface Task {
  readonly library: Library
  readonly scenario: ScenarioName
  readonly side: 'binds' | 'connects'
  /** Where to bind, or to connect. */
  readonly endpoint: string
  /** Bytes of a part. */
  readonly size: number
  /** Parts of a message. */
  readonly parts: number
  /** Messages, requests or connections of this run. */
  readonly count: number
  /** Sockets on the connecting side. */
  readonly peers: number
  /** Distinct subscriptions of a subscriber. */
  readonly topics: number
  readonly security: Security
}

/** What a process has seen. Both ends of a run may have figures of the same name: the larger counts. */
export interface Outcome {
  readonly figures: Readonly<Partial<Record<Figure, number>>>
  /** Every message and every byte that came in, warm-up included. */
  readonly messages?: number
  readonly bytes?: number
}

export type Figure =
  /** Messages, requests or connections a second, and the bytes in them. */
  | 'rate'
  | 'throughput'
  /** Round trips, in microseconds. */
  | 'p50'
  | 'p99'
  /** Bytes of a connection: of the process, and of the heap of JavaScript. */
  | 'resident'
  | 'heap'
  /** How long a timer of 10 ms takes, in milliseconds: 99 of 100 are faster. */
  | 'timer'
  /** How long all of it took, in seconds. */
  | 'duration'

/** What a process has cost. */
export interface Usage {
  /** User and system time, from the first action on. */
  readonly cpuSeconds: number
  readonly peakResident: number
  readonly peakHeap: number
}

/** From a process to the one that started it. A note is meant for the process at the other end. */
export type FromPeer =
  | { readonly type: 'bound'; readonly endpoint: string }
  | { readonly type: 'note'; readonly note: Note }
  | { readonly type: 'outcome'; readonly outcome: Outcome }
  | { readonly type: 'usage'; readonly usage: Usage }

export type ToPeer = { readonly type: 'note'; readonly note: Note } | { readonly type: 'finish' }

export interface Note {
  readonly about: 'ready' | 'received'
  readonly value: number
}

/** One end of a run, as its scenario sees it. */
export interface End {
  readonly task: Task
  readonly zmq: Zmq
  /** Lets the other end begin. */
  readonly bound: (endpoint: string | null) => void
  readonly tell: (note: Note) => void
  /** Calls `heard` for every note on the subject. */
  readonly listen: (about: Note['about'], heard: (value: number) => void) => void
}

type Act = (end: End) => Promise<Outcome | undefined>

export interface Scenario {
  /** The process that binds; without `connects` it is the only one. */
  readonly binds: Act
  readonly connects?: Act
  /** Messages that have to come in, if not `task.count`. */
  readonly deliveries?: (task: Task) => number
}
