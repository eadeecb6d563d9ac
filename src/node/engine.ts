import type { Engine } from '../security/box.js'
import { loadLibsodium } from './libsodium-engine.js'
import { loadSodiumNative } from './sodium-native-engine.js'

/** The fastest engine there is in Node. */
export async function loadEngine(): Promise<Engine> {
  const libsodium = await loadLibsodium()
  return (await loadSodiumNative(libsodium)) ?? libsodium
}
