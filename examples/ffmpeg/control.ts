import { Request } from 'zerowire'

/**
 * Talks to the filter `zmq` (or `azmq`, for sound) of a running ffmpeg, a REP of libzmq: it hands
 * commands on to the other filters, at the next frame that passes through it.
 */
export class FilterControl {
  // A filter that does not answer keeps nobody from asking the next one.
  readonly #request = new Request({ linger: 0, relaxed: true, correlate: true })

  constructor(address: string) {
    this.#request.connect(address)
  }

  /**
   * Gives a filter a command.
   * @param target the filter as the graph names it, such as `hue@look`, or `all`.
   * @param timeout how long to wait for a frame, in milliseconds.
   * @returns what the filter says to it, mostly nothing.
   * @throws Error with ffmpeg's words when there is no such filter, or it does not want to; TypeError
   * when target or command are no words.
   */
  async command(target: string, command: string, argument = '', timeout = 10_000): Promise<string> {
    // Messages of fewer words are the end of ffmpeg 5.1.
    if (!/^\S+$/.test(target) || !/^\S+$/.test(command)) {
      throw new TypeError(`target and command are words, not ${JSON.stringify([target, command])}`)
    }
    await this.#request.send(`${target} ${command} ${argument}`.trimEnd())
    const [answer] = await this.#request.receive({ timeout })
    const [, code, meaning = '', text = ''] =
      /^(-?\d+) ([^\n]*)\n?(.*)$/s.exec(String(answer)) ?? []
    if (code === undefined) throw new Error(`no answer of ffmpeg: ${String(answer)}`)
    if (Number(code) !== 0) throw new Error(`${target} ${command}: ${meaning}`)
    return text
  }

  async close(): Promise<void> {
    await this.#request.close()
  }
}
