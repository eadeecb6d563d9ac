/** Pages have few peers that get the same: they encode it for each. */
export function encodedOnce(): undefined {
  return undefined
}
