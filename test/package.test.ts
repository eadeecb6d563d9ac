import { describe, expect, it } from 'vitest'
import * as source from 'zerowire'
import { runProgram } from './support/program.js'

const names = Object.keys(source).sort()
const printNames = 'console.log(JSON.stringify(Object.keys(zerowire).sort()))'

describe('the built package', () => {
  it('can be imported', async () => {
    const program = `import * as zerowire from 'zerowire'; ${printNames}`
    expect(JSON.parse(await runProgram(program, ['--input-type=module']))).toEqual(names)
  })

  it('can be required', async () => {
    const program = `const zerowire = require('zerowire'); ${printNames}`
    expect(JSON.parse(await runProgram(program, ['--input-type=commonjs']))).toEqual(names)
  })
})
