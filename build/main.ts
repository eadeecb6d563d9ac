/**
 * Makes what is published of the sources, and of the declarations that the compiler has put into
 * dist/. docs/releases.md says what there is and why.
 */
import { makeCode } from './code.js'
import { makeDoors } from './doors.js'
import { makeTypes } from './types.js'

await Promise.all([makeTypes(), makeCode()])
await makeDoors()
