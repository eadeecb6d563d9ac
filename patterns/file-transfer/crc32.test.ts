import fc from 'fast-check'
import { expect, it } from 'vitest'
import { holds } from '../../test/support/property.js'
import { crc32, plainCrc32 } from './crc32.js'

it('is the CRC-32 that others make', () => {
  // The check value of the catalogue of CRCs.
  expect(plainCrc32(Buffer.from('123456789'))).toBe(0xcbf43926)
  holds(fc.property(fc.uint8Array(), (bytes) => plainCrc32(bytes) === crc32(bytes)))
})
