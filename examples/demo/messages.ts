/** What the processes say to each other as JSON. The texts themselves travel as they are. */

/** Where each bound socket of the system listens. */
export interface Directory {
  /** Pull files to count from here: `[name, text]`. */
  readonly work: string
  /** Push a `Result` to here. */
  readonly results: string
  /** Subscribe to `Progress` here. */
  readonly progress: string
  /** Request the answer to a `Question` here. */
  readonly answers: string
  /** Publish a `Report` here now and then, if somebody wants to know. */
  readonly reports?: string
}

/** From a worker: one counted file. From the source: how many there are to come, in all. */
export type Result =
  | { readonly kind: 'counted'; readonly worker: string; readonly bytes: number; words: Words }
  | { readonly kind: 'expect'; readonly files: number }

/** How much was counted: by one worker, or by all of them. */
export interface Share {
  readonly files: number
  readonly bytes: number
}

/** The state of the count, published after every file. */
export interface Progress extends Share {
  readonly shares: Readonly<Record<string, Share>>
}

export type Words = readonly (readonly [word: string, times: number])[]

export interface Answers {
  readonly summary: Progress & { readonly total: number; readonly distinct: number }
  readonly top: Words
  readonly all: Words
}

/** The last one has a word as its second part, and is answered with a number. */
export type Question = keyof Answers | 'count'

/** Whether the work has an end, or is done again and again at a pace that a laptop does not mind. */
export type Mode = 'once' | 'endless'
