import { nextTurn } from './turn.js'

interface Bindable {
  bind(address: string): Promise<unknown>
}

/** Binds again where somebody has just left, waiting until the system has let the port go. */
export async function rebind(socket: Bindable, address: string): Promise<void> {
  for (;;) {
    try {
      await socket.bind(address)
      return
    } catch (error) {
      if (!isAddressInUse(error)) throw error
      await nextTurn()
    }
  }
}

function isAddressInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
}
