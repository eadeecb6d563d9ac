/* Has the conversations with libzmq that a page can have; the far ends are where its address says. */
import { converse } from './conversations.js'

const worked = converse(location.hash.slice(1), { ws: () => 'ws://127.0.0.1:*' }, ['connects'])
worked.then(
  (count) => (document.title = String(count)),
  (error: unknown) => {
    const { message, cause } = error as Error
    document.title = `${message}: ${String(cause)}`
  },
)
