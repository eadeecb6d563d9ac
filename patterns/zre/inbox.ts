import type { Router } from 'zerowire'
import { ZmqError } from 'zerowire/extra'

/** The ports that RFC 36 wants inboxes at. */
const [FIRST, COUNT] = [0xc000, 0x4000]
/** Ports to try before the machine counts as full. */
const ATTEMPTS = 100

/**
 * Binds where it was told to, or to a free port of the host.
 * @returns where others can connect to.
 * @throws ZmqError as `bind()` does.
 */
export async function bindInbox(inbox: Router, host: string, wanted?: string): Promise<string> {
  if (wanted === undefined) await bindAnywhere(inbox, host)
  else await inbox.bind(wanted)
  // What is bound to every interface is to be found at the one that others hear the beacon of.
  return String(inbox.lastEndpoint).replace(/:\/\/(0\.0\.0\.0|\[::\]):/, `://${host}:`)
}

async function bindAnywhere(inbox: Router, host: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await inbox.bind(`tcp://${host}:${FIRST + Math.floor(Math.random() * COUNT)}`)
      return
    } catch (error) {
      const taken = error instanceof ZmqError && error.code === 'EADDRINUSE'
      if (!taken || attempt === ATTEMPTS) throw error
    }
  }
}
