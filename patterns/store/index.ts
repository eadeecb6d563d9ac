/**
 * Where patterns keep what has to outlive them: ordered keys of bytes, written in groups. [Its
 * page](README.md) says when to use it, what it guarantees and what it does not.
 *
 * @module zerowire/patterns/store
 */
export { LevelStore, type LevelStoreOptions } from './level-store.js'
export { MemoryStore } from './memory-store.js'
export { pages, type Change, type Entry, type RangeOptions, type Store } from './store.js'
