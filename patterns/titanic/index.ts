/**
 * Titanic: requests that outlive their clients, their workers and the server that keeps them (RFC 9).
 * See the README beside this file.
 *
 * @module zerowire/patterns/titanic
 */
export { TitanicClient, type CallOptions, type TitanicClientOptions } from './client.js'
export { Titanic, type TitanicOptions, type TitanicStats } from './titanic.js'
