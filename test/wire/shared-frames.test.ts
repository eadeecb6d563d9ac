import { afterEach, expect, it, vi } from 'vitest'
import { FrameEncoder } from '../../src/wire/frame-encoder.js'
import { encodedBy } from '../support/fast-codec.js'
import { bytes, pattern } from '../support/messages.js'

afterEach(() => {
  vi.doUnmock('../../src/wire/shared-frames.js')
  vi.resetModules()
})

it('what goes to many is the same in Node, where it is encoded once, and in a page, where it is not', async () => {
  vi.resetModules()
  vi.doMock('../../src/wire/shared-frames.js', () => import('../../src/wire/unshared-frames.js'))
  const page = await import('../../src/wire/frame-encoder.js')
  expect(page.FrameEncoder).not.toBe(FrameEncoder)
  for (const parts of [bytes('a', '', 'b'), bytes('alone'), [pattern(300), pattern(70_000)]]) {
    const each = [FrameEncoder, page.FrameEncoder].flatMap((encoder) =>
      ['one', 'another'].map(() => encodedBy(new encoder(), (to) => to.message(parts, true))),
    )
    const alone = encodedBy(new FrameEncoder(), (to) => to.message(parts))
    for (const written of each) expect(Buffer.compare(written, alone)).toBe(0)
  }
})
