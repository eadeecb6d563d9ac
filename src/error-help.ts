import { ZmqError } from './errors.js'

/** With whatever brings the class along to be used; pages that only catch errors do without. */
Object.defineProperty(ZmqError.prototype, 'help', {
  configurable: true,
  get(this: ZmqError) {
    return `docs/troubleshooting.md#${this.code.toLowerCase()}`
  },
})
