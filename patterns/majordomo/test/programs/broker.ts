/** A broker: `broker.ts <endpoint>`. It prints `ready`, and takes nobody for dead whose time stands still. */
import { Broker } from 'zerowire/patterns/majordomo'

const HOUR = 3_600_000

const broker = new Broker({ heartbeatInterval: HOUR, requestExpiry: HOUR })
await broker.bind(process.argv[2] ?? '')
console.log('ready')
