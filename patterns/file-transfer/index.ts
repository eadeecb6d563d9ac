/**
 * Bulk transfer of files, and of any source of bytes: in chunks that the receiver asks for, so that
 * neither side fills its memory; resumed where it was broken off; checked to the last byte. [Its
 * page](README.md) says when to use it, what it guarantees and what it does not.
 *
 * @module zerowire/patterns/file-transfer
 */
export {
  TransferClient,
  type Fetched,
  type FetchOptions,
  type Progress,
  type TransferClientOptions,
} from './client.js'
export { filesBelow, fileSink, type FileSink } from './files.js'
export { MemorySink, MemoryStore } from './memory.js'
export { TransferServer, type TransferServerOptions, type TransferServerStats } from './server.js'
export {
  TransferError,
  type Sink,
  type Source,
  type Store,
  type TransferErrorCode,
} from './store.js'
