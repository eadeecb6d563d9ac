import * as zerowire from 'zerowire'
import * as native from 'zeromq'

/** The two libraries under the same names; what is measured is the drop-in API of both. */
export const implementations = { zerowire, native: native as unknown as typeof zerowire }

export type Implementation = keyof typeof implementations
