import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The folder of package.json. */
export const root: string = fileURLToPath(new URL('..', import.meta.url))

type Source = string | { readonly browser: string; readonly default: string }

interface Doors {
  readonly 'zerowire-source': Source
  readonly browser?: { readonly default: string }
  readonly import: { readonly types: string; readonly default: string }
  readonly require: { readonly types: string; readonly default: string }
}

interface Manifest {
  readonly exports: Readonly<Record<string, string | null | Doors>>
  readonly bin?: Readonly<Record<string, string>>
}

/** One thing that can be imported: its sources, and its files in dist/. */
export interface Entry {
  readonly source: string
  /** What Node loads, by `require()` and behind the door for `import`. */
  readonly code: string
  readonly types: string
  /** What an `import` of Node finds, and its types: a door to the former two. */
  readonly door: string
  readonly doorTypes: string
  /** For pages, where there is one. */
  readonly browser?: { readonly source: string; readonly code: string }
}

const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as Manifest

/** What stands for `*` in the name of an entry: each pattern has one. */
const patterns = readdirSync(`${root}patterns`, { withFileTypes: true })
  .filter((folder) => folder.isDirectory() && folder.name !== 'common')
  .map(({ name }) => name)

function toEntry(doors: Doors): Entry {
  const source = doors['zerowire-source']
  const [forNode, forPages] =
    typeof source === 'string' ? [source, source] : [source.default, source.browser]
  return {
    source: forNode,
    code: doors.require.default,
    types: doors.require.types,
    door: doors.import.default,
    doorTypes: doors.import.types,
    ...(doors.browser && { browser: { source: forPages, code: doors.browser.default } }),
  }
}

/** Every entry that package.json has, once. */
export const entries: readonly Entry[] = [
  ...new Map(
    Object.entries(manifest.exports).flatMap(([name, doors]) => {
      if (doors === null || typeof doors === 'string') return []
      const all = name.includes('*')
        ? patterns.map(
            (pattern) => JSON.parse(JSON.stringify(doors).replaceAll('*', pattern)) as Doors,
          )
        : [doors]
      return all.map((one) => [one.require.default, toEntry(one)] as const)
    }),
  ).values(),
]

/** Programs of the package: `dist/x.cjs` is made of `src/x.ts`. */
export const programs: ReadonlyMap<string, string> = new Map(
  Object.values(manifest.bin ?? {}).map((code) => {
    return [code, code.replace('dist/', 'src/').replace(/\.cjs$/, '.ts')] as const
  }),
)
