import { describe, expect, it } from 'vitest'
import { ZmqError } from '../../src/errors.js'
import { FanOut } from '../../src/routing/fan-out.js'
import type { Pipe } from '../../src/routing/pipe.js'
import { fill, part, TestOwner } from '../support/pipes.js'

function fanOut(names: string[], sendHighWaterMark = 100) {
  const owner = new TestOwner({ sendHighWaterMark })
  const fan = new FanOut(owner)
  const pipes = owner.pipes(...names) as [Pipe, Pipe, Pipe]
  for (const pipe of pipes) fan.add(pipe)
  /** What each pipe has got since the last call. */
  const got = (): string[] =>
    pipes.map((pipe) => {
      const texts: string[] = []
      for (let next = pipe.pull(); next !== undefined; next = pipe.pull())
        texts.push(next.join('|'))
      return texts.join()
    })
  return { owner, fan, pipes, got }
}

describe('a message', () => {
  it('goes to the pipes that are selected, once to each', () => {
    const { fan, pipes, got } = fanOut(['A', 'B', 'C'])
    fan.begin()
    for (const pipe of [pipes[0], pipes[2], pipes[0]]) fan.select(pipe)
    fan.send(part('m'))
    expect(got()).toEqual(['m', '', 'm'])
  })

  it('that one of them cannot take goes to the others, and is counted', () => {
    const { owner, fan, pipes, got } = fanOut(['A', 'B', 'C'])
    pipes[0].write = () => {
      throw new ZmqError('EMSGSIZE')
    }
    fan.begin()
    fan.selectAll()
    fan.send(part('m'))
    expect(got()).toEqual(['', 'm', 'm'])
    expect(owner.drops).toEqual({ oversize: 1 })
  })

  it('goes to all', () => {
    const { fan, pipes, got } = fanOut(['A', 'B', 'C'])
    fan.begin()
    fan.select(pipes[1])
    fan.selectAll()
    fan.send(part('m'))
    expect(got()).toEqual(['m', 'm', 'm'])
  })

  it('goes to those that are not selected', () => {
    const { fan, pipes, got } = fanOut(['A', 'B', 'C'])
    fan.begin()
    fan.select(pipes[1])
    fan.invert()
    fan.send(part('m'))
    expect(got()).toEqual(['m', '', 'm'])
  })

  it('each has a selection of its own', () => {
    const { fan, pipes, got } = fanOut(['A', 'B', 'C'])
    for (const pipe of pipes) {
      fan.begin()
      fan.select(pipe)
      fan.send(part('m'))
    }
    expect(got()).toEqual(['m', 'm', 'm'])
  })

  it('does not go to pipes that were removed', () => {
    const { fan, pipes, got } = fanOut(['A', 'B', 'C'])
    fan.remove(pipes[0])
    expect(pipes.map((pipe) => fan.has(pipe))).toEqual([false, true, true])
    fan.begin()
    fan.selectAll()
    fan.send(part('m'))
    expect(got()).toEqual(['', 'm', 'm'])
  })

  it('that nobody wants is counted once', () => {
    const { fan, owner } = fanOut(['A', 'B', 'C'])
    fan.begin()
    fan.send(part('m'))
    expect(owner.drops).toEqual({ unsubscribed: 1 })
  })
})

describe('a pipe that is full', () => {
  it('misses the message, is counted, and takes part again when it has room', () => {
    const { fan, owner, pipes, got } = fanOut(['A', 'B', 'C'], 2)
    fill(pipes[0])
    const publish = (text: string): void => {
      fan.begin()
      fan.selectAll()
      fan.send(part(text))
    }
    publish('one')
    publish('two')
    expect(owner.drops).toEqual({ full: 2 })
    expect(got()).toEqual(['0,1', 'one,two', 'one,two'])
    publish('three')
    expect(got()).toEqual(['three', 'three', 'three'])
    expect(owner.drops).toEqual({ full: 2 })
  })

  it('tells those who would wait that it has room', () => {
    const { fan, owner, pipes } = fanOut(['A', 'B', 'C'], 2)
    for (const pipe of pipes.slice(1)) for (const text of ['a', 'b']) pipe.write(part(text))
    fan.begin()
    fan.select(pipes[0])
    expect(fan.hasRoom).toBe(true)
    fan.selectAll()
    expect(fan.hasRoom).toBe(false)
    const told: string[] = []
    owner.onWritable = (pipe) => told.push(owner.name(pipe))
    for (const pipe of pipes) {
      pipe.pull()
      pipe.drained()
    }
    expect(told).toEqual(['B', 'C'])
    expect(fan.hasRoom).toBe(true)
  })
})
