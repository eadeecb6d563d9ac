import type { Parts } from '../message.js'
import { FairQueue } from '../routing/fair-queue.js'
import type { Pipe } from '../routing/pipe.js'
import { Pattern } from './pattern.js'

/** What a socket tells its own user may stay unread: a peer that comes and goes without end is bounded. */
export const MOST_NOTICES = 65_536

/** What receives everything that its peers send, from each in turn. */
export abstract class FairPattern extends Pattern {
  override readonly judges: boolean = false
  protected readonly in: FairQueue = new FairQueue()

  override readable(pipe: Pipe): void {
    this.in.add(pipe)
  }

  override receive(): Parts | undefined {
    return this.in.next()
  }

  override get source(): Pipe | undefined {
    return this.in.source
  }

  override get canReceive(): boolean {
    return !this.in.isEmpty
  }
}
