import type { Command, Option } from 'commander'

export const SHELLS = ['bash', 'zsh', 'fish'] as const

/** One word that can be completed. */
interface Flag {
  readonly names: readonly string[]
  readonly description: string
  readonly takesValue: boolean
  /** Undefined for a value of any kind: files are offered. */
  readonly choices: readonly string[] | undefined
}

interface Verb {
  readonly name: string
  readonly summary: string
  readonly flags: readonly Flag[]
  /** What the first argument may be. */
  readonly choices: readonly string[]
}

/** A script that teaches a shell our commands, their options, and the values these may have. */
export function completionFor(shell: (typeof SHELLS)[number], root: Command): string {
  const verbs = root.createHelp().visibleCommands(root).map(verbOf)
  return { bash, zsh, fish }[shell](verbs)
}

function verbOf(command: Command): Verb {
  const help = command.createHelp()
  const [argument] = command.registeredArguments
  return {
    name: command.name(),
    summary: command.summary() || command.description(),
    flags: help.visibleOptions(command).map(flagOf),
    choices: argument?.argChoices ?? [],
  }
}

function flagOf({ short, long, description, required, argChoices }: Option): Flag {
  const names = [short, long].filter((name) => name !== undefined)
  return { names, description, takesValue: required, choices: argChoices }
}

function bash(verbs: readonly Verb[]): string {
  const cases = verbs.map(({ name, flags, choices }) => {
    const words = [...choices, ...flags.flatMap(({ names }) => names)].join(' ')
    const valued = flags
      .filter(({ takesValue }) => takesValue)
      .map(({ names, choices: values }) => {
        const offer = values === undefined ? '-f' : `-W '${values.join(' ')}'`
        return `        ${names.join('|')}) COMPREPLY=($(compgen ${offer} -- "$word")); return ;;`
      })
    return [
      `    ${name})`,
      ...(valued.length === 0 ? [] : ['      case $before in', ...valued, '      esac']),
      `      words='${words}' ;;`,
    ].join('\n')
  })
  return `# zerowire: completion for bash
_zerowire() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} words=
  case \${COMP_WORDS[1]} in
${cases.join('\n')}
    *) words='${verbs.map(({ name }) => name).join(' ')} --help --version' ;;
  esac
  if ((COMP_CWORD == 1)); then words='${verbs.map(({ name }) => name).join(' ')} --help --version'; fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _zerowire zerowire
`
}

function zsh(verbs: readonly Verb[]): string {
  const names = verbs.map(({ name, summary }) => `    ${quoted(`${name}:${escaped(summary)}`)}`)
  const cases = verbs.map(({ name, flags, choices }) => {
    const specs = flags.flatMap((flag) => flag.names.map((each) => zshFlag(each, flag)))
    const rest =
      choices.length === 0 ? '*:endpoint or file:_files' : `1:kind:(${choices.join(' ')})`
    const words = [...specs, rest].map((each) => `        ${quoted(each)}`)
    return `    ${name})\n      _arguments -s \\\n${words.join(' \\\n')} ;;`
  })
  return `#compdef zerowire
# zerowire: completion for zsh
_zerowire() {
  local -a verbs
  verbs=(
${names.join('\n')}
  )
  if ((CURRENT == 2)); then _describe command verbs; return; fi
  local verb=$words[2]
  shift words
  ((CURRENT--))
  case $verb in
${cases.join('\n')}
  esac
}
compdef _zerowire zerowire
`
}

/** Any flag may come again: some of them mean more then, and the others are for us to judge. */
function zshFlag(name: string, { description, takesValue, choices }: Flag): string {
  const about = `*${name}[${escaped(description)}]`
  if (!takesValue) return about
  return `${about}:value:${choices === undefined ? '_files' : `(${choices.join(' ')})`}`
}

/** What means something in a description of zsh. */
function escaped(text: string): string {
  return text.replaceAll(/[[\]:\\]/g, '\\$&')
}

function fish(verbs: readonly Verb[]): string {
  const none = '__fish_use_subcommand'
  const names = verbs.map(
    ({ name, summary }) => `complete -c zerowire -f -n ${none} -a ${name} -d ${quoted(summary)}`,
  )
  const rest = verbs.flatMap(({ name, flags, choices }) => {
    const when = `complete -c zerowire -n '__fish_seen_subcommand_from ${name}'`
    const words = choices.length === 0 ? [] : [`${when} -f -a ${quoted(choices.join(' '))}`]
    return [...words, ...flags.map((flag) => `${when} ${fishFlag(flag)}`)]
  })
  return `# zerowire: completion for fish\n${[...names, ...rest].join('\n')}\n`
}

function fishFlag({ names, description, takesValue, choices }: Flag): string {
  const words = names.map((name) =>
    name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
  )
  if (takesValue) words.push(choices === undefined ? '-r' : `-x -a ${quoted(choices.join(' '))}`)
  return [...words, `-d ${quoted(description)}`].join(' ')
}

/** In quotes that all three shells take as they are. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
