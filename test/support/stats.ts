import type { Socket, SocketStats } from 'zerowire'

/** All that Node tells; it is an error where there is less. */
export function statsOf({ stats }: Socket): Required<SocketStats> {
  const { perPeer, bytes, meanWait, measured, reconnects } = stats
  const most = [perPeer, bytes, meanWait, measured, reconnects]
  if (most.includes(undefined)) throw new Error('these are the stats of a page')
  return stats as Required<SocketStats>
}
