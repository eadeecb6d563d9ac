import type { ContextServices } from '../context.js'
import { ZmqError } from '../errors.js'
import { checkOption, checkType, isLate, type OptionName, type OptionValues } from '../options.js'
import { toText } from '../util/bytes.js'

/** With any of these who sent a message is of interest. */
const TELLING = ['messagePeers', 'authenticate', 'zapDomain', 'plainServer'] as const

/** What settings need to know of their socket. */
export interface SettingsHost {
  readonly services: ContextServices
  readonly closed: boolean
  /** Whether there is nothing yet that an option could come too late for. */
  readonly fresh: boolean
  /** A high water mark has changed. */
  marked(): void
}

/** The options of a socket, as its user reads and sets them. */
export class Settings {
  readonly values: OptionValues
  readonly #host: SettingsHost

  constructor(host: SettingsHost, values: OptionValues) {
    this.#host = host
    this.values = values
  }

  /** @throws TypeError, ZmqError `ENOTSOCK`, `EINVAL`, `ENOTSUP`: what is wrong first, as in the reference. */
  set(name: OptionName, value: unknown): void {
    checkType(name, value)
    this.changing(isLate(name))
    const checked = checkOption(name, value, this.values[name])
    Object.assign(this.values, { [name]: checked })
    if (/^(plain|curve)/.test(name)) this.#choose(name, checked)
    if ((TELLING as readonly string[]).includes(name))
      this.values.remembersPeers = TELLING.some((each) => Boolean(this.values[each]))
    if (name.endsWith('HighWaterMark')) this.#host.marked()
  }

  /** As in libzmq, the last of these options says which mechanism it is, and which side of it. */
  #choose(name: OptionName, value: unknown): void {
    const { values } = this
    if (name.endsWith('Server')) values.asServer = value === true
    else if (value !== null && !/(Public|Secret)Key$/.test(name)) values.asServer = false
    const mechanism = name.slice(0, 5).toUpperCase() as 'PLAIN' | 'CURVE'
    values.mechanism = value === null || value === false ? 'NULL' : mechanism
    values.plainServer = values.asServer && values.mechanism === 'PLAIN'
    values.curveServer = values.asServer && values.mechanism === 'CURVE'
  }

  /** An option is about to change. @throws ZmqError `ENOTSOCK`. */
  changing(late: boolean): void {
    if (late && !this.#host.fresh)
      this.#host.services.warn('Socket option will not take effect until next connect/bind.')
    this.demand()
  }

  get(name: OptionName): unknown {
    this.demand()
    const value = this.values[name]
    return value instanceof Uint8Array ? toText(value) : value
  }

  /** @throws ZmqError `ENOTSOCK` when the socket is closed: it has no options any more. */
  demand(): void {
    if (this.#host.closed) throw new ZmqError('ENOTSOCK')
  }
}
