/** A ventilator with as many jobs as it is told: `ventilator.ts <endpoint> <jobs>`. */
import { Ventilator } from 'zerowire/patterns/pipeline'

const [endpoint = '', jobs = ''] = process.argv.slice(2)

const ventilator = new Ventilator({ input: 'in', window: 5, attempts: 1000 })
await ventilator.bind(endpoint)
for (let job = 1; job <= Number(jobs); job++) await ventilator.send(`job ${job}`)
const report = await ventilator.end()
console.log(`ended ${report.jobs} ${report.givenUp}`)
await ventilator.close()
