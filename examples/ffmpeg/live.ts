import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FilterControl } from './control.js'

/** What is made, what may be done to it while it runs, and how it is measured. */
export interface Medium {
  /** The graph of filters, given the one that takes commands. */
  readonly graph: (address: string) => string
  /** The form of what ffmpeg writes. */
  readonly format: readonly string[]
  /** Bytes of it to measure at a time. */
  readonly block: number
  readonly level: (block: Buffer) => number
}

/** For a graph of filters, in which colons, slashes and the like mean something. */
function quoted(address: string): string {
  return address.replaceAll(/[\\':]/g, '\\\\\\$&')
}

const SIZE = { width: 64, height: 48 }

/** A picture that moves, whose brightness is measured: from 0 to 255. */
export const PICTURE: Medium = {
  graph: (address) =>
    `testsrc=size=${SIZE.width}x${SIZE.height}:rate=50,zmq=bind_address=${quoted(address)},hue@look=b=0`,
  format: ['-f', 'rawvideo', '-pix_fmt', 'gray'],
  block: SIZE.width * SIZE.height,
  level: (frame) => frame.reduce((sum, value) => sum + value, 0) / frame.length,
}

/** A tone, whose loudness is measured: the root of its mean square, from 0 to 1. */
export const TONE: Medium = {
  graph: (address) =>
    `sine=frequency=440:sample_rate=8000:samples_per_frame=400,azmq=bind_address=${quoted(address)},volume@knob=1`,
  format: ['-f', 'f32le', '-ac', '1'],
  block: 1600,
  level(block) {
    let sum = 0
    for (let at = 0; at < block.length; at += 4) sum += block.readFloatLE(at) ** 2
    return Math.sqrt(sum / (block.length / 4))
  },
}

/** An ffmpeg that makes a medium as fast as it would be played, for two minutes at most. */
export class LiveFilter {
  readonly control: FilterControl
  readonly #medium: Medium
  readonly #process: ChildProcess
  readonly #ended: Promise<unknown>
  #level = Number.NaN
  readonly #watchers = new Set<(level: number) => void>()

  private constructor(medium: Medium, address: string) {
    const from = ['-re', '-f', 'lavfi', '-i', medium.graph(address), '-t', '120']
    this.#medium = medium
    this.control = new FilterControl(address)
    this.#process = spawn('ffmpeg', ['-v', 'error', '-nostdin', ...from, ...medium.format, '-'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.#ended = once(this.#process, 'exit')
  }

  /** Runs one until `use` is done with it. */
  static async run(medium: Medium, use: (live: LiveFilter) => Promise<void>): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'ffmpeg-'))
    const live = new LiveFilter(medium, `ipc://${join(folder, 'control')}`)
    try {
      const over = live.#measure().then(() => Promise.reject(new Error('ffmpeg has ended')))
      await Promise.race([use(live), over])
    } finally {
      live.#process.kill('SIGKILL')
      await live.#ended.catch(() => undefined)
      await live.control.close()
      await rm(folder, { recursive: true })
    }
  }

  /** That of the last block. */
  get level(): number {
    return this.#level
  }

  /** Waits for a level of this kind. */
  until(holds: (level: number) => boolean): Promise<number> {
    return new Promise((resolve) => {
      const watch = (level: number): void => {
        if (!holds(level)) return
        this.#watchers.delete(watch)
        resolve(level)
      }
      this.#watchers.add(watch)
    })
  }

  /** Reads all that ffmpeg writes, which it else would not. */
  async #measure(): Promise<void> {
    const { block, level } = this.#medium
    let rest = Buffer.alloc(0)
    for await (const bytes of this.#process.stdout ?? []) {
      rest = Buffer.concat([rest, bytes as Buffer])
      for (; rest.length >= block; rest = rest.subarray(block)) {
        this.#level = level(rest.subarray(0, block))
        for (const watch of this.#watchers) watch(this.#level)
      }
    }
    await this.#ended
  }
}
