import { describe, expect, it } from 'vitest'
import { MatchCache } from '../../src/routing/match-cache.js'

/** A cache, and how often it had to compute. */
function counted() {
  const cache = new MatchCache<string>()
  let computed = 0
  const get = (subject: string): string =>
    cache.get(Buffer.from(subject), (bytes) => {
      computed++
      return `result of ${String(Buffer.from(bytes))}`
    })
  return { cache, get, computed: () => computed }
}

describe('the cache of matches', () => {
  it('computes a subject twice, and then knows it', () => {
    const { get, computed } = counted()
    for (let i = 0; i < 10; i++) expect(get('topic')).toBe('result of topic')
    expect(computed()).toBe(2)
  })

  it('never mixes subjects up, however many there are', () => {
    const { get } = counted()
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 5000; i++)
        expect(get(`topic-${String(i)}`)).toBe(`result of topic-${String(i)}`)
    }
  })

  it('does not store what comes once, nor long subjects', () => {
    const { get, computed } = counted()
    for (let i = 0; i < 100; i++) get(`once-${String(i)}`)
    const long = 'x'.repeat(65)
    for (let i = 0; i < 5; i++) expect(get(long)).toBe(`result of ${long}`)
    expect(computed()).toBe(105)
  })

  it('forgets when it is told to', () => {
    const { cache, get, computed } = counted()
    for (let i = 0; i < 3; i++) get('topic')
    cache.clear()
    get('topic')
    expect(computed()).toBe(3)
    get('topic')
    expect(computed()).toBe(3)
  })

  it('keeps its own copy of a subject', () => {
    const cache = new MatchCache<number>()
    const subject = Buffer.from('before')
    for (let i = 0; i < 3; i++) cache.get(subject, () => 1)
    subject.write('after!')
    expect(cache.get(subject, () => 2)).toBe(2)
    expect(cache.get(Buffer.from('before'), () => 3)).toBe(1)
  })
})
