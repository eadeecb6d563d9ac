import { hasNetworks, Namespace } from '../support/network.js'
import type { Need } from './scenario.js'

export const networks: Need = {
  name: 'Linux, root and the package iproute2',
  isThere: hasNetworks,
}

export const tunnels: Need = {
  name: 'VXLAN in the kernel',
  isThere: () => {
    const namespace = new Namespace()
    try {
      namespace.ip('link', 'add', 'probe', 'type', 'vxlan', 'id', '1', 'dstport', '4789')
      return true
    } catch {
      return false
    } finally {
      namespace.close()
    }
  },
}

export const limits: Need = {
  name: 'Linux, whose prlimit takes descriptors from a process',
  isThere: () => process.platform === 'linux',
}
