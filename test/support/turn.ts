/** The end of this turn of the event loop; what asked for it earlier has then run. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
