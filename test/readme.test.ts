import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fromSource, projectRoot, runProgram } from './support/program.js'

const readme = readFileSync(`${projectRoot}/README.md`, 'utf8')
const examples = [...readme.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code ?? '')

/** What the comments behind `console.log` promise. */
function promisedOutput(program: string): string {
  const comments = program.matchAll(/console\.log\(.*\) \/\/ (.*\n)/g)
  return [...comments].map(([, text]) => text ?? '').join('')
}

describe('README', () => {
  it('has an example for each of the three basic patterns', () => {
    expect(examples.map((code) => /import \{ (.*) \} from 'zerowire'/.exec(code)?.[1])).toEqual([
      'Pull, Push',
      'Publisher, Subscriber',
      'Reply, Request',
    ])
  })

  it('shows security as the example has it, which is run', () => {
    const [, shown = ''] = /```ts\n(import \{ curveKeyPair.*?)```/s.exec(readme) ?? []
    expect(shown).not.toBe('')
    expect(readFileSync(`${projectRoot}/examples/secure.ts`, 'utf8')).toContain(shown)
  })

  it.each(examples)('keeps the promise of its example %$', async (program) => {
    const promised = promisedOutput(program)
    expect(promised).not.toBe('')
    expect(await runProgram(program, [...fromSource, '--input-type=module'])).toBe(promised)
  })
})
