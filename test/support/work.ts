/** What a piece of code cost, in bytes: the same on every machine, unlike time. */
export interface Work {
  copied: number
  allocated: number
}

/** Counts the bytes that `task` copies with `set()`, and those it allocates for frames. */
export function measure(task: () => void): Work {
  const work = { copied: 0, allocated: 0 }
  const { set } = Uint8Array.prototype
  const { allocUnsafeSlow } = Buffer
  Uint8Array.prototype.set = function (source, offset) {
    work.copied += source.length
    set.call(this, source, offset)
  }
  Buffer.allocUnsafeSlow = (size) => {
    work.allocated += size
    return allocUnsafeSlow(size)
  }
  try {
    task()
  } finally {
    Uint8Array.prototype.set = set
    Buffer.allocUnsafeSlow = allocUnsafeSlow
  }
  return work
}
