/**
 * The API of zeromq 5 as the `zeromq` package offers it under `zeromq/v5-compat`, for programs that
 * were written for it. Node only.
 *
 * @module zerowire/v5-compat
 */
export * from './names.js'
// For `import zmq from 'zerowire/v5-compat'`, which the reference allows as a CommonJS module.
export * as default from './names.js'
