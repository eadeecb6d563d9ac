import { EXIT, Stop } from './exit.js'

/** The longest letter that is read from stdin, in bytes. */
const LONGEST = 64 * 1024 * 1024

const NEWLINE = 10

/** Finds lines in chunks. The last one need not end with a newline. */
export class Lines {
  #rest: Uint8Array[] = []
  #size = 0

  push(chunk: Uint8Array): Uint8Array[] {
    const lines: Uint8Array[] = []
    let begin = 0
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, begin)) {
      lines.push(this.#complete(chunk.subarray(begin, at)))
      begin = at + 1
    }
    this.#keep(chunk.subarray(begin), 'a line')
    return lines
  }

  end(): Uint8Array[] {
    return this.#size === 0 ? [] : [this.#complete(new Uint8Array(0))]
  }

  #complete(last: Uint8Array): Uint8Array {
    if (this.#size === 0) return last
    const line = Buffer.concat([...this.#rest, last])
    this.#rest = []
    this.#size = 0
    return line
  }

  #keep(bytes: Uint8Array, what: string): void {
    if (bytes.length === 0) return
    this.#rest.push(bytes)
    this.#size = grown(this.#size, bytes.length, what)
  }
}

/** Cuts chunks into pieces of a size, the last of which may be shorter; without a size all of them are one. */
export class Pieces {
  readonly #size: number | undefined
  #rest: Uint8Array[] = []
  #filled = 0

  constructor(size: number | undefined) {
    this.#size = size
  }

  push(chunk: Uint8Array): Uint8Array[] {
    const pieces: Uint8Array[] = []
    const size = this.#size ?? Infinity
    let begin = 0
    while (this.#filled + chunk.length - begin >= size) {
      const end = begin + size - this.#filled
      pieces.push(Buffer.concat([...this.#rest, chunk.subarray(begin, end)]))
      this.#rest = []
      this.#filled = 0
      begin = end
    }
    this.#rest.push(chunk.subarray(begin))
    this.#filled = grown(this.#filled, chunk.length - begin, 'the input; use --size to cut it')
    return pieces
  }

  /** Of an empty input there is one piece if all of it is to be one, and none otherwise. */
  end(): Uint8Array[] {
    return this.#filled > 0 || this.#size === undefined ? [Buffer.concat(this.#rest)] : []
  }
}

function grown(size: number, by: number, what: string): number {
  if (size + by <= LONGEST) return size + by
  throw new Stop(
    EXIT.error,
    `a message has at most ${String(LONGEST)} bytes, which is less than ${what}`,
  )
}
