import { Argument, Command, Option } from 'commander'
import { bench, MEASURES, type BenchOptions } from './bench.js'
import { completionFor, SHELLS } from './completion.js'
import { CONVERSATIONS } from './conversations.js'
import { dump, type DumpOptions } from './dump/dump.js'
import { keygen, type KeygenOptions } from './keygen.js'
import { KINDS, type Kind, type KindName } from './kinds.js'
import { monitor, MONITORED, type MonitorOptions } from './monitor.js'
import * as options from './options.js'
import { DEVICES, proxy, type ProxyOptions } from './proxy.js'
import { JOBS, reply, type ReplyOptions } from './reply.js'
import { request } from './request.js'
import { Run } from './run.js'
import { isKey } from './security.js'
import { print } from './streams.js'
import { talk, type SocketOptions, type TalkOptions } from './talk.js'
import { endpoint, endpoints, several, whole } from './values.js'
import { packageVersion } from './version.js'

type Examples = readonly (readonly [does: string, line: string])[]

const EXIT_CODES = `
Exit codes: 0 done; 1 an error, or messages that were not delivered; 2 a command line that makes no sense;
3 --timeout was up; 130 interrupted (128 and the number of the signal); 141 nobody reads our stdout any more.

Each command has its own help, with examples: zerowire push --help. All of it: docs/cli.md`

/** The whole command line. */
export function program(): Command {
  const root = new Command('zerowire')
    .description('Talk ZeroMQ from the command line, with any program that speaks ZMTP 3.')
    .usage('<command> [endpoints...] [options]')
    .version(packageVersion(), '-V, --version')
    .exitOverride()
    .showHelpAfterError('(add --help to see what there is)')
    .helpCommand(false)
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .addHelpText('after', EXIT_CODES)
  root.commandsGroup('Sockets:')
  for (const name of Object.keys(KINDS) as KindName[]) addConversation(root, name, KINDS[name])
  addRequest(root)
  addReply(root)
  root.commandsGroup('Tools:')
  addProxy(root)
  addMonitor(root)
  addBench(root)
  addDump(root)
  addKeygen(root)
  addCompletion(root)
  return root
}

function define(root: Command, name: string, summary: string, examples: Examples): Command {
  const lines = examples.map(([does, line]) => `  # ${does}\n  ${line}\n`)
  return root
    .command(name)
    .description(`${(summary[0] ?? '').toUpperCase()}${summary.slice(1)}.`)
    .summary(summary)
    .addHelpText('after', `\nExamples:\n${lines.join('\n')}`)
}

type Task<O> = (given: readonly string[], options: O, run: Run) => Promise<void>

/** What a command does once its options are known; secrets that everybody can see are said first. */
function act<O extends SocketOptions>(command: Command, task: Task<O>): void {
  command.action(async () => {
    const given = command.processedArgs.flat() as string[]
    const all: O = command.opts()
    await Run.command(all, (run) => {
      warnOfSecrets(command, run)
      return task(given, all, run)
    })
  })
}

function warnOfSecrets(command: Command, run: Run): void {
  const { curveSecret, plainPassword } = command.opts<SocketOptions>()
  const secrets = [
    ['curveSecret', curveSecret !== undefined && isKey(curveSecret), 'a file'],
    ['plainPassword', plainPassword !== undefined, 'nothing'],
  ] as const
  for (const [name, isSecret] of secrets) {
    if (!isSecret || command.getOptionValueSource(name) !== 'cli') continue
    const variable = name === 'curveSecret' ? 'ZEROWIRE_CURVE_SECRET' : 'ZEROWIRE_PLAIN_PASSWORD'
    run.note(
      `a secret on the command line can be read by every user of this machine: use ${variable}`,
    )
  }
}

function addConversation(root: Command, name: KindName, kind: Kind): void {
  const { summary, special = [], examples } = CONVERSATIONS[name]
  const command = define(root, name, summary, examples)
  options.addEndpoints(command)
  options.addFraming(command)
  if (kind.sends) options.addSource(command)
  for (const each of special) options.SPECIAL[each]?.(command)
  if (kind.receives) options.addLimits(command, 'messages received', 'none comes for so long')
  else options.addLimits(command, 'messages sent', 'nobody can take one for so long')
  options.addSocket(command)
  options.addLoudness(command)
  act<TalkOptions>(command, (given, all, run) => talk(kind, given, all, run))
}

function addRequest(root: Command): void {
  const command = define(root, 'req', 'ask, and print the answers (REQ)', [
    ['ask once', 'zerowire req tcp://127.0.0.1:5555 -m "what time is it?"'],
    [
      'a question a line; exit code 3 if an answer takes more than a second',
      'zerowire req tcp://127.0.0.1:5555 -t 1000 < questions.txt',
    ],
  ])
  options.addEndpoints(command)
  options.addFraming(command)
  options.addSource(command)
  options.SPECIAL['identity']?.(command)
  options.addLimits(command, 'answers', 'an answer takes so long')
  options.addSocket(command)
  options.addLoudness(command)
  act<TalkOptions>(command, request)
}

function addReply(root: Command): void {
  const command = define(root, 'rep', 'answer requests (REP, by a ROUTER)', [
    ['send back what came', "zerowire rep 'tcp://*:5555' --echo"],
    ['always the same', "zerowire rep 'tcp://*:5555' --text ok"],
    ['what a command makes of it', "zerowire rep 'tcp://*:5555' --exec 'tr a-z A-Z'"],
    ['by hand: requests are printed, answers typed', "zerowire rep 'tcp://*:5555'"],
  ])
  options.addEndpoints(command)
  options.addFraming(command)
  command
    .optionsGroup('Answers (without any of these: the next line of stdin):')
    .option('--echo', 'the request itself')
    .option('--text <text>', 'always this')
    .option('--exec <command>', 'what a shell command prints, which has the request on its stdin')
    .option('--jobs <n>', `commands that may run at a time (default: ${String(JOBS)})`, whole(1))
  options.addLimits(command, 'requests', 'none comes for so long')
  options.addSocket(command)
  options.addLoudness(command)
  act<ReplyOptions>(command, reply)
}

function addProxy(root: Command): void {
  const command = define(root, 'proxy', 'move messages between two sockets', [
    [
      'publishers to subscribers (XSUB, XPUB)',
      "zerowire proxy forwarder --bind-frontend 'tcp://*:5555' --bind-backend 'tcp://*:5556'",
    ],
    [
      'pushers to pullers (PULL, PUSH)',
      "zerowire proxy streamer --bind-frontend 'tcp://*:5555' --connect-backend tcp://127.0.0.1:5557",
    ],
    [
      'requests to whoever answers (ROUTER, DEALER)',
      "zerowire proxy queue --bind-frontend 'tcp://*:5555' --bind-backend 'tcp://*:5558'",
    ],
  ])
  command.addArgument(new Argument('<device>', 'what kind of messages').choices(DEVICES))
  command.optionsGroup('Endpoints (each several times):')
  for (const side of ['frontend', 'backend']) {
    command.option(`--bind-${side} <endpoint>`, `wait for peers of the ${side} there`, endpoints)
    command.option(`--connect-${side} <endpoint>`, `connect the ${side} there`, endpoints)
  }
  command
    .option('--capture <endpoint>', 'publish a copy of everything there', endpoint)
    .option('--rate', 'say every second how many messages and bytes there were')
  options.addSocket(command)
  options.addLoudness(command)
  act<ProxyOptions & SocketOptions>(command, ([device], all, run) =>
    proxy(device as (typeof DEVICES)[number], all, run),
  )
}

function addMonitor(root: Command): void {
  const command = define(root, 'monitor', 'print what happens to connections', [
    ['does the server let us in?', 'zerowire monitor tcp://127.0.0.1:5555 --type req'],
    ['who comes and goes, as JSON', "zerowire monitor 'tcp://*:5555' --type rep --json"],
  ])
  options.addEndpoints(command)
  command.optionsGroup('Events:')
  command
    .addOption(
      new Option('--type <socket>', 'what to be to the peer').choices(MONITORED).default('dealer'),
    )
    .option('--json', 'a JSON object a line')
  options.addLimits(command, 'events', 'none comes for so long')
  options.addSocket(command)
  options.addLoudness(command)
  act<MonitorOptions>(command, monitor)
}

function addBench(root: Command): void {
  const command = define(root, 'bench', 'measure throughput or latency', [
    ['between two processes of this machine', 'zerowire bench throughput --size 1000'],
    [
      'round trips to a REP that echoes, wherever it is',
      'zerowire bench latency tcp://192.0.2.7:5555',
    ],
    [
      'what arrives from somewhere else',
      "zerowire bench throughput 'tcp://*:5555' --receive --json",
    ],
  ])
  command.addArgument(new Argument('<measure>', 'what to measure').choices(MEASURES))
  options.addEndpoints(command)
  command
    .optionsGroup('Measurement:')
    .option('--size <bytes>', 'bytes of a message', whole(0, ' of bytes'), 100)
    .option('--receive', 'throughput of what comes (PULL), not of what is sent (PUSH)')
    .option('--json', 'a JSON object')
  options.addLimits(
    command,
    'messages or round trips (default: 1000000, 10000)',
    'nobody is there for so long',
  )
  options.addSocket(command)
  options.addLoudness(command)
  act<BenchOptions>(command, ([measure, ...given], all, run) =>
    bench(measure as (typeof MEASURES)[number], given, all, run),
  )
}

function addDump(root: Command): void {
  const command = define(root, 'dump', 'show the ZMTP of a connection, or of a capture', [
    [
      'stand between a client and the server at 5555',
      'zerowire dump tcp://127.0.0.1:5555 --listen tcp://127.0.0.1:5554',
    ],
    ['what tcpdump -w has caught', 'zerowire dump --pcap capture.pcap'],
    ['the bytes of one direction each', 'zerowire dump --client sent.bin --server received.bin'],
  ])
  command
    .argument('[endpoint]', 'whom to connect to, over tcp:// or ipc://', endpoint)
    .optionsGroup('What to read:')
    .option(
      '--listen <endpoint>',
      'where clients connect to (default: tcp://127.0.0.1:*)',
      endpoint,
    )
    .option('--client <file>', 'what the one that connected has sent')
    .option('--server <file>', 'what the one that listened has sent')
    .option('--pcap <file>', 'a capture of TCP, classic format')
    .optionsGroup('How to show it:')
    .option('--bytes <n>', 'bytes of a frame that are shown', whole(0, ' of bytes'), 64)
    .option('--json', 'a JSON object a line')
    .option('-n, --count <n>', 'end after so many connections, and when they have ended', whole(1))
  options.addLoudness(command)
  act<DumpOptions>(command, ([target], all, run) => dump(target, all, run))
}

function addKeygen(root: Command): void {
  const command = define(root, 'keygen', 'make a pair of keys for CURVE', [
    ['print it', 'zerowire keygen'],
    [
      'certificate files, as czmq and pyzmq read them',
      'zerowire keygen --output server.key --metadata name=server',
    ],
  ])
  command
    .option('--json', 'as JSON')
    .option(
      '-o, --output <file>',
      'write certificates: this one for everybody, and <file>_secret for nobody else',
    )
    .option(
      '--metadata <name=value>',
      'what else is to be in the certificates (several times)',
      several,
    )
  options.addLoudness(command)
  act<KeygenOptions & SocketOptions>(command, (_given, all, run) => keygen(all, run))
}

function addCompletion(root: Command): void {
  const command = define(root, 'completion', 'print what makes a shell complete our commands', [
    [
      'bash, for ever',
      'zerowire completion bash > ~/.local/share/bash-completion/completions/zerowire',
    ],
    ['zsh, in this session', 'source <(zerowire completion zsh)'],
    ['fish, for ever', 'zerowire completion fish > ~/.config/fish/completions/zerowire.fish'],
  ])
  command.addArgument(new Argument('<shell>', 'which shell').choices(SHELLS))
  act<SocketOptions>(command, ([shell], _all, run) =>
    print(completionFor(shell as (typeof SHELLS)[number], root), run),
  )
}
