// The layers of src/, lowest first, and what each may import besides itself.
// Everything else is forbidden: imports go downwards, and types count like values.
const foundation = ['errors', 'error-codes', 'error-help', 'message', 'endpoint', 'events']
const toSession = ['util', ...foundation, 'option-values', 'options', 'wire', 'security', 'session']
const toNode = [...toSession, 'transport', 'node']

const layers = {
  util: [],
  errors: ['util', ...foundation],
  'error-codes': ['errors'],
  'error-help': ['errors'],
  message: ['util', ...foundation],
  endpoint: ['util', ...foundation],
  events: ['util', ...foundation],
  'option-values': [],
  options: ['util', ...foundation, 'option-values'],
  wire: ['util', ...foundation, 'options'],
  security: ['util', ...foundation, 'options', 'wire'],
  session: ['util', ...foundation, 'options', 'wire', 'security'],
  transport: toSession,
  node: [...toSession, 'transport'],
  platform: toNode,
  // What follows sees no bytes, and runs in a browser as it does in Node.
  routing: ['util', ...foundation, 'options', 'session'],
  // The only one that knows there is more than one platform.
  context: [...toSession, 'transport', 'platform'],
  'curve-key-pair': ['util', 'security', 'platform'],
  socket: [
    ...['util', ...foundation, 'options', 'session', 'routing', 'context'],
    'transport/transport',
    'security/authenticator',
    'security/zap',
    // What only Node has; browsers have something else in its place.
    'node/trace',
  ],
  proxy: ['util', ...foundation, 'options', 'context', 'socket'],
  index: ['socket', 'browser'],
  browser: [...toSession, 'transport', 'context', 'curve-key-pair', 'socket', 'proxy'],
  extra: ['util', 'errors', 'error-help', 'events', 'message', 'socket'],
  // In a browser its keys come from the layer of security, in Node from Node.
  curve: ['security', 'node'],
  draft: ['context', 'socket'],
  certificates: ['node'],
  metrics: ['context', 'socket'],
  prometheus: ['metrics'],
  opentelemetry: ['metrics'],
  workers: ['util', 'errors', 'endpoint', 'session', 'transport', 'context'],
  'v5-compat': ['util', ...foundation, 'options', 'context', 'curve-key-pair', 'socket'],
  // On top of everything, by the public names; only `dump` reads bytes itself.
  cli: ['index', 'extra', 'curve', 'certificates', 'draft', 'wire'],
}

/** A layer is a folder or a single file. */
const within = (names) => `^src/(${names.join('|')})(/|\\.ts$)`

const layerRules = Object.entries(layers).map(([layer, allowed]) => ({
  name: `layer-${layer}`,
  severity: 'error',
  comment: `src/${layer} may import ${allowed.join(', ') || 'no other layer'}.`,
  from: { path: within([layer]) },
  to: { path: '^src/', pathNot: within([layer, ...allowed]) },
}))

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...layerRules,
    {
      name: 'no-stray-file',
      severity: 'error',
      comment: 'Every file in src/ belongs to a layer of the table above.',
      from: { path: '^src/', pathNot: within(Object.keys(layers)) },
      to: {},
    },
    {
      name: 'node-only-in-node',
      severity: 'error',
      comment: 'Everything else has to run in a browser.',
      from: { path: '^src/', pathNot: '^src/(node/|v5-compat/|cli/|platform/node\\.ts$)' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'ws-only-in-node',
      severity: 'error',
      comment: 'Browsers bring their own WebSocket.',
      from: { path: '^src/', pathNot: '^src/(node/|platform/node\\.ts$)' },
      to: { path: '(^|node_modules/(@types/)?)ws(/|$)' },
    },
    {
      name: 'bytes-only-in-dump',
      severity: 'error',
      comment: 'The other commands use what everybody can use.',
      from: { path: '^src/cli/', pathNot: '^src/cli/dump/' },
      to: { path: '^src/wire/' },
    },
    {
      name: 'no-cycle',
      severity: 'error',
      comment: 'Files that need each other are one file, or miss a third one below them.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      comment: 'An import that is not found escapes every other rule.',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'src-needs-only-dependencies',
      severity: 'error',
      comment: 'What users install must be declared as a dependency.',
      from: { path: '^src/' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        // An optional one is installed here as well, for the tests.
        dependencyTypesNot: ['npm-peer'],
      },
    },
    {
      name: 'src-stands-alone',
      severity: 'error',
      comment: 'The library knows nothing of its tests, examples, patterns and benchmarks.',
      from: { path: '^src/' },
      to: { path: '^(test|examples|patterns|bench)/' },
    },
    {
      name: 'public-api-only',
      severity: 'error',
      comment: 'Examples and patterns show what any user can write.',
      from: { path: '^(examples|patterns)/' },
      to: {
        path: '^src/',
        pathNot:
          '^src/(index|extra|curve|certificates|draft|opentelemetry|prometheus|workers|v5-compat/index)\\.ts$',
      },
    },
    {
      name: 'patterns-by-their-doors',
      severity: 'error',
      comment: 'A pattern uses what another exports, or what all have in common.',
      from: { path: '^patterns/([^/]+)/', pathNot: '\\.test\\.ts$|/test/' },
      to: { path: '^patterns/', pathNot: '^patterns/($1/|common/|[^/]+/index\\.ts$)' },
    },
    {
      name: 'common-knows-no-pattern',
      severity: 'error',
      comment: 'What all patterns have in common needs none of them but the clock.',
      from: { path: '^patterns/common/' },
      to: { path: '^patterns/', pathNot: '^patterns/(common|clock)/' },
    },
    {
      name: 'patterns-need-only-dependencies',
      severity: 'error',
      comment: 'What users install must be declared as a dependency.',
      from: { path: '^patterns/', pathNot: '\\.test\\.ts$|/test/|/example\\.ts$' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        // An optional one is installed here as well, for the tests.
        dependencyTypesNot: ['npm-peer'],
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // What programs of users import, by another name, is for their compilers.
    exclude: { path: '^(dist|coverage|docs|test/types/programs)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      conditionNames: ['zerowire-source', 'import', 'node', 'default', 'types'],
      exportsFields: ['exports'],
    },
  },
}
