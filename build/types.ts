import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { rollup, type Plugin } from 'rollup'
import { dts } from 'rollup-plugin-dts'
import { entries, root } from './entries.js'

/** Where the compiler has put a declaration for each source. */
const declarations = join(root, 'dist/declarations')

const declarationOf = (source: string): string =>
  join(declarations, source.replace(/^\.\/(src\/)?/, '').replace(/\.ts$/, '.d.ts'))

/** Patterns know the library by its name; which may be another where it is installed. */
const itself: Plugin = {
  name: 'itself',
  resolveId(id) {
    const [whole, name = 'index'] = /^zerowire(?:\/(.+))?$/.exec(id) ?? []
    if (whole === undefined) return null
    return join(declarations, `${name}${name.startsWith('patterns/') ? '/index' : ''}.d.ts`)
  },
}

// Makes `Buffer` known to programs that have the types of Node, whether they list them or not.
// And the names of `using` to those whose target is older, as the types of Node do.
const knownToAll = `/** @ts-ignore: not there in a program for browsers */
export type {} from '@types/node';
declare global {
    interface SymbolConstructor {
        readonly dispose: unique symbol;
        readonly asyncDispose: unique symbol;
    }
}
`

/** Tabs in place of every four blanks, of which declarations have as many as letters. */
const indented = (code: string): string =>
  code.replaceAll(/^(?: {4})+/gm, (blanks) => '\t'.repeat(blanks.length / 4))

/** The types of all entries, each declared once, with the comments that editors show. */
export async function makeTypes(): Promise<void> {
  const input = entries.map(({ types, source }) => {
    return [types.replace(/^\.\/dist\/|\.d\.cts$/g, ''), declarationOf(source)] as const
  })
  const rolled = await rollup({
    ...{ input: Object.fromEntries(input), plugins: [itself, dts()] },
    external: (id) => !id.startsWith('.') && !id.startsWith('/') && !id.startsWith('zerowire'),
  })
  const { output } = await rolled.generate({
    ...{ format: 'es', minifyInternalExports: false },
    entryFileNames: '[name].d.cts',
    chunkFileNames: ({ name }) => `types/${name.replace(/\.d$/, '')}.d.cts`,
  })
  await rolled.close()
  for (const file of output) {
    if (file.type === 'asset') continue
    const path = join(root, 'dist', file.fileName)
    const known = file.moduleIds.includes(declarationOf('./src/message.ts')) ? knownToAll : ''
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, known + indented(file.code))
  }
  await rm(declarations, { recursive: true })
}
