import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import type { Block } from './pages.js'
import { projectRoot } from './program.js'

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>
  readonly bin?: Readonly<Record<string, string>>
}

const manifest = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as Manifest

const instructions =
  /^(FROM|RUN|CMD|LABEL|EXPOSE|ENV|COPY|ADD|ENTRYPOINT|VOLUME|USER|WORKDIR|ARG|STOPSIGNAL|HEALTHCHECK|SHELL) /

/** Says what is wrong with code that is not run; nothing if it is right. */
type Check = (block: Block) => string | undefined

function shell({ code }: Block): string | undefined {
  execFileSync('bash', ['-n'], { input: code })
  for (const [, name = ''] of code.matchAll(/\bnpm run ([\w:-]+)/g)) {
    if (!(name in manifest.scripts)) return `package.json has no script ${name}`
  }
  for (const [, name = ''] of code.matchAll(/\bnpx ([a-z]+)/g)) {
    if (!(name in (manifest.bin ?? {}))) return `package.json has no command ${name}`
  }
  return undefined
}

function json({ code }: Block): undefined {
  JSON.parse(code)
}

function yaml({ code }: Block): string | undefined {
  return parseAllDocuments(code).flatMap(({ errors }) => errors)[0]?.message
}

function html({ code }: Block): undefined {
  for (const [, map = ''] of code.matchAll(/<script type="importmap">([^]*?)<\/script>/g)) {
    JSON.parse(map)
  }
}

function dockerfile({ code }: Block): string | undefined {
  const lines = code.replaceAll(/\\\n/g, ' ').split('\n')
  return lines.find((line) => line !== '' && !line.startsWith('#') && !instructions.test(line))
}

function python({ code }: Block): undefined {
  execFileSync('python3', ['-c', 'import ast, sys; ast.parse(sys.stdin.read())'], { input: code })
}

/** Languages that are checked and not run. Pictures and output are `text`. */
export const checks: Readonly<Record<string, Check>> = {
  sh: shell,
  json,
  yaml,
  html,
  dockerfile,
  python,
  text: () => undefined,
}
