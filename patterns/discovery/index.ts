/**
 * Who is there: endpoints by the names of services, and sockets whose connects follow them. [Its
 * page](README.md) says when to use it, what it guarantees and what it does not.
 *
 * @module zerowire/patterns/discovery
 */
export type { Discovery, Watch, Watcher } from './discovery.js'
export { Directory, type DirectoryOptions } from './directory.js'
export {
  follow,
  Following,
  type EventAt,
  type Trouble,
  type FollowEvent,
  type FollowOptions,
  type FollowStats,
} from './follow.js'
export { StaticDiscovery } from './static-discovery.js'
