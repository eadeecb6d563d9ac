import type { Authenticator } from '../../src/security/authenticator.js'
import type { KeyPair } from '../../src/security/box.js'
import { CurveClient } from '../../src/security/curve-client.js'
import { CurveServer } from '../../src/security/curve-server.js'
import type { Tools } from '../../src/security/curve.js'
import { noble } from '../../src/security/engines/noble.js'
import type { OptionValues } from '../../src/options.js'
import { encodeZ85 } from '../../src/util/z85.js'
import { CLIENT, countingRandom, SERVER } from './curve-recordings.js'
import { MechanismEnd } from './mechanism-end.js'
import { property } from './wire.js'

/** A pair whose secret key is 32 times the same byte. */
export function keyPairOf(byte: number): KeyPair {
  const secretKey = new Uint8Array(32).fill(byte)
  return { publicKey: noble.publicKey(secretKey), secretKey }
}

export const serverKeys = keyPairOf(SERVER)
export const clientKeys = keyPairOf(CLIENT)

/** The keys of either end, as options. */
export const curveKeys = {
  server: { curveSecretKey: encodeZ85(serverKeys.secretKey) },
  client: {
    curveServerKey: encodeZ85(serverKeys.publicKey),
    curvePublicKey: encodeZ85(clientKeys.publicKey),
    curveSecretKey: encodeZ85(clientKeys.secretKey),
  },
}

export interface CurveFacts extends Partial<Tools> {
  readonly options?: Partial<OptionValues>
  readonly authenticator?: Authenticator
}

function toolsOf({ engine = noble, random = countingRandom(), now = () => 0 }: CurveFacts): Tools {
  return { engine, random, now }
}

/** One side of a handshake of CURVE, with what it says. */
export class CurveEnd extends MechanismEnd {
  readonly curve: CurveClient | CurveServer

  constructor(asServer: boolean, facts: CurveFacts) {
    const keys = asServer ? curveKeys.server : curveKeys.client
    super({
      properties: [property('Socket-Type', 'PAIR')],
      options: { mechanism: 'CURVE', asServer, ...keys, ...facts.options },
      accepted: asServer,
      authenticator: facts.authenticator,
    })
    const tools = toolsOf(facts)
    this.curve = asServer ? new CurveServer(this, tools) : new CurveClient(this, tools)
  }

  /** Has it hear a command. @returns what it answers. */
  async hear(command: Uint8Array | undefined): Promise<Buffer[]> {
    await this.curve.receive(Buffer.from(command ?? []))
    return this.take()
  }
}

export function curveClient(facts: CurveFacts = {}): CurveEnd {
  return new CurveEnd(false, facts)
}

export function curveServer(facts: CurveFacts = {}): CurveEnd {
  return new CurveEnd(true, facts)
}

/** The four commands of a handshake, one after the other. */
export interface Handshake {
  readonly client: CurveEnd
  readonly server: CurveEnd
  readonly hello: Buffer
  readonly welcome: Buffer
  readonly initiate: Buffer
  readonly ready: Buffer
}

/** A handshake that succeeds. */
export async function shakeHands(
  client = curveClient(),
  server = curveServer({ random: countingRandom(0x80) }),
): Promise<Handshake> {
  client.curve.start()
  const [hello = Buffer.of()] = client.take()
  const [welcome = Buffer.of()] = await server.hear(hello)
  const [initiate = Buffer.of()] = await client.hear(welcome)
  const [ready = Buffer.of()] = await server.hear(initiate)
  await client.hear(ready)
  return { client, server, hello, welcome, initiate, ready }
}
