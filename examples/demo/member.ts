import type { Library } from './libraries.js'
import type { Directory } from './messages.js'

export interface Membership {
  /** Where everybody lives. */
  readonly directory: Directory
  /** Settles when the work is done. */
  readonly stopped: Promise<void>
}

/** Enters the lobby through a Dealer of either library, and waits there until all have come. */
export async function enter(
  door: InstanceType<Library['Dealer']>,
  lobby: string,
  endpoints: Partial<Directory> = {},
): Promise<Membership> {
  endWithParent()
  door.connect(lobby)
  await door.send(JSON.stringify(endpoints))
  const [directory] = await door.receive()
  return { directory: JSON.parse(String(directory)) as Directory, stopped: hearStop(door) }
}

async function hearStop(door: InstanceType<Library['Dealer']>): Promise<void> {
  await door.receive()
  await door.close()
}

/** A parent that was killed can't say stop, but its end of the pipe closes. */
function endWithParent(): void {
  // Ctrl-C is for all processes of a terminal: it is the parent who decides what comes of it.
  process.on('SIGINT', () => undefined)
  process.once('disconnect', () => process.exit(1))
  process.channel?.unref()
}
