import { describe, expect, it } from 'vitest'
import { far, near } from '../support/everywhere.js'
import { EventLog } from '../support/events.js'
import { describeMessage } from '../support/far/parts.js'
import { received } from '../support/received.js'

const MARK = 5

/** Nobody can make a browser stop reading: there is an end to what is kept of what it reads. */
describe('a flood to a page that does not read', () => {
  it('ends the connection; the page learns why when it reads on, and connects again', async () => {
    const push = await far('zerowire', 'Push', { options: { sendHighWaterMark: 0 } })
    const pull = near('Pull', push, { receiveHighWaterMark: MARK })
    const log = new EventLog(pull)
    const messages = Array.from({ length: 100 }, (_, seed) => [{ size: 1_048_576, seed }])
    await push.send(...messages)
    // The listener still had something to say: it is the page that leaves.
    await push.until('disconnect')
    expect(pull.stats.queued.incoming).toBeLessThanOrEqual(MARK)

    const whole = messages.map(describeMessage)
    expect(await received(pull, MARK)).toEqual(whole.slice(0, MARK))
    const { error, address } = await log.until('disconnect')
    expect({ address, code: error?.code }).toEqual({ address: push.endpoint, code: 'ENOBUFS' })
    expect(error?.reason).toBe(
      'more than 67108864 bytes wait beyond receiveHighWaterMark, ' +
        'and a browser cannot slow the peer down',
    )

    await log.until('handshake', 2)
    await push.send(['over'])
    const possible = new Set(whole.flat())
    for (;;) {
      const [[text = ''] = []] = await received(pull)
      if (text === 'over') break
      expect(possible).toContain(text)
    }
  })
})
