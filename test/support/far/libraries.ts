import * as native from 'zeromq'
import * as zerowire from 'zerowire'
import { factoryOf, type Factory, type Library } from './far.js'
import { JszmqSocket } from './jszmq-socket.js'
import { RawSocket, type RawOptions } from './raw-socket.js'

/** How each library makes its sockets. */
export const factories: Readonly<Record<Library, Factory>> = {
  zerowire: factoryOf(zerowire, () => import('zerowire/draft')),
  zeromq: factoryOf(native, () => import('zeromq/draft.js')),
  jszmq: (spec) => new JszmqSocket(spec),
  ws: ({ options }) => new RawSocket(options as unknown as RawOptions),
}
