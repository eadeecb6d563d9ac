import { readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The version of the package that the running program belongs to. */
export function packageVersion(): string {
  let folder = dirname(realpathSync(process.argv[1] ?? ''))
  for (;;) {
    const found = versionIn(folder)
    if (found !== undefined) return found
    const above = dirname(folder)
    if (above === folder) return 'unknown'
    folder = above
  }
}

/** There are such files without a version, which only say what kind of modules there are. */
function versionIn(folder: string): string | undefined {
  try {
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as object
    const { version } = manifest as { version?: string }
    return version
  } catch {
    return undefined
  }
}
