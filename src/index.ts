/**
 * ZeroMQ in pure TypeScript.
 *
 * @module zerowire
 */
export * from './browser.js'
// Numbers in place of names, for programs that know libzmq's.
import './socket/numbered-context.js'
import './socket/numbered-options.js'
export { Stream, type StreamConnectOptions } from './socket/stream.js'
