import { IrregularFrames, loadReceiver } from '../../src/node/ws-receiver.js'
import { WebSocketDecoder } from '../../src/wire/websocket-decoder.js'
import { DecodingBy } from './fast-codec.js'

export const receiverClass = await loadReceiver()

interface DecodingOptions {
  /** Messages that are taken at once. */
  readonly most?: number | undefined
  readonly maxMessageSize?: number
}

/** A decoder with the real receiver of irregular frames, and all that it hears beside messages. */
export class WebSocketDecoding extends DecodingBy<WebSocketDecoder> {
  readonly pings: string[] = []
  closed = false

  constructor(masked: boolean, { most, maxMessageSize = -1 }: DecodingOptions = {}) {
    const irregular = new IrregularFrames(receiverClass, masked, {
      command: () => undefined,
      onPing: (context) => this.pings.push(Buffer.from(context).toString('latin1')),
      goodbye: () => (this.closed = true),
    })
    const options = { maxMessageSize }
    super((onCommand) => new WebSocketDecoder(options, onCommand, masked, irregular), most)
  }
}
