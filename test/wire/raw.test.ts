import { expect, it } from 'vitest'
import { RawDecoder, RawEncoder } from '../../src/wire/raw.js'

it('bytes are written as they are, and nothing but messages', () => {
  const encoder = new RawEncoder()
  const long = Buffer.alloc(10_000, 'x')
  encoder.message([Buffer.from('one'), Buffer.alloc(0), Buffer.from('two')])
  encoder.command()
  encoder.ping()
  encoder.message([long])
  encoder.goodbye()
  expect(Buffer.concat(encoder.take())).toEqual(Buffer.concat([Buffer.from('onetwo'), long]))
})

it('a message is what has come since the last one, whatever its size', () => {
  const decoder = new RawDecoder({ maxMessageSize: 1 }, () => undefined)
  expect(decoder.next()).toBeUndefined()
  decoder.push(Buffer.from('one'))
  expect(decoder.next()).toEqual([Buffer.from('one')])
  expect(decoder.next()).toBeUndefined()
  decoder.push(Buffer.from('two'))
  decoder.push(Buffer.from('three'))
  expect(decoder.next()).toEqual([Buffer.from('twothree')])
  expect(decoder.target()).toBeUndefined()
})
