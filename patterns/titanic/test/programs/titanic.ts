/** A Titanic on a directory: `titanic.ts <directory> <endpoint>`. It prints `ready`. */
import { LevelStore } from 'zerowire/patterns/store'
import { Titanic } from 'zerowire/patterns/titanic'

const [directory = '', endpoint = ''] = process.argv.slice(2)
const store = await LevelStore.open(directory)
await Titanic.open(store, endpoint, { retryInterval: 20, worker: { heartbeatInterval: 3_600_000 } })
console.log('ready')
