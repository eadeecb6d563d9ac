// Gives away the files below a folder, at an endpoint, until it is killed.
import { filesBelow, TransferServer } from 'zerowire/patterns/file-transfer'

const [root = '', address = ''] = process.argv.slice(2)
console.log(await new TransferServer(filesBelow(root)).bind(address))
