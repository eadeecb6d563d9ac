import { describe, expect, it } from 'vitest'
import { curveKeyPair } from 'zerowire'
import { peerOf } from 'zerowire/extra'
import { EventLog } from '../support/events.js'
import { zerowire } from '../support/implementations.js'
import { libraries } from '../support/option-table.js'
import { open } from '../support/scope.js'
import { track } from '../support/track.js'
import { bindFresh } from '../support/transports.js'

const keys = curveKeyPair()
const quick = { linger: 0, reconnectInterval: 1 }

/** A PULL that is told every password. */
async function listenForPasswords(): Promise<{ address: string; heard: () => Promise<string> }> {
  const pull = track(new zerowire.Pull({ plainServer: true, linger: 0 }))
  pull.authenticate = ({ username, password }) => `${username ?? ''} ${password ?? ''}`
  const address = await bindFresh(pull)
  const heard = async (): Promise<string> => peerOf(await pull.receive())?.userId ?? ''
  return { address, heard }
}

describe.each(libraries)('$library: an endpoint', ({ lib }) => {
  it('has the security it was bound with, whatever the next one has', async () => {
    const options = { ...quick, curveServer: true, curveSecretKey: keys.secretKey }
    const pull = open(lib, 'Pull', options)
    const secured = await bindFresh(pull)
    pull.curveServer = false
    const clear = await bindFresh(pull)

    const stranger = track(new zerowire.Push(quick))
    const log = new EventLog(stranger)
    stranger.connect(secured)
    await log.like(/^(handshake|disconnect)/)
    expect(log.types).not.toContain('handshake')

    const [own, friends] = [curveKeyPair(), open(lib, 'Push', { linger: 0 })]
    friends.connect(clear)
    await friends.send('in clear')
    expect(String((await pull.receive())[0])).toBe('in clear')
    const client = track(new zerowire.Push({ ...quick, curveServerKey: keys.publicKey }))
    client.curvePublicKey = own.publicKey
    client.curveSecretKey = own.secretKey
    client.connect(secured)
    await client.send('sealed')
    expect(String((await pull.receive())[0])).toBe('sealed')
  })

  it('is told its own password, not that of the next one', async () => {
    const [home, abroad] = [await listenForPasswords(), await listenForPasswords()]
    const push = open(lib, 'Push', quick)
    push.plainUsername = 'anna'
    push.plainPassword = 'of home'
    push.connect(home.address)
    push.plainPassword = 'of abroad'
    push.connect(abroad.address)
    await Promise.all([push.send('one'), push.send('other')])
    const heard = await Promise.all([home.heard(), abroad.heard()])
    expect(heard).toEqual(['anna of home', 'anna of abroad'])
  })
})
