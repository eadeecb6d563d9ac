/**
 * Titanic: requests that outlive their clients, their workers and the server that keeps them (RFC
 * 9). [Its page](README.md) says when to use it, what it guarantees and what it does not.
 *
 * @module zerowire/patterns/titanic
 */
export { TitanicClient, type CallOptions, type TitanicClientOptions } from './client.js'
export { Titanic, type TitanicOptions, type TitanicStats } from './titanic.js'
