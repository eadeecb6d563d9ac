/** Sockets that are open, for those who measure all of them. Who can no longer be reached may be collected. */
const open = new Set<WeakRef<object>>()

/** @returns what to call when it is closed. */
export function remember(socket: WeakRef<object>): () => void {
  open.add(socket)
  return () => {
    open.delete(socket)
  }
}

/** All that are open, in the order of their making. */
export function openSockets(): object[] {
  return [...open].flatMap((reference) => reference.deref() ?? [])
}
