/**
 * libzmq's options by its numbers, for subclasses; the code comes with numbered-options.ts.
 *
 * Each throws ZmqError `EINVAL` for a number that the socket has no option of this kind for, and
 * TypeError for a value of another kind.
 */
export declare abstract class Numbered {
  protected getBoolOption(option: number): boolean
  protected setBoolOption(option: number, value: boolean): void
  protected getInt32Option(option: number): number
  protected setInt32Option(option: number, value: number): void
  protected getUint32Option(option: number): number
  protected setUint32Option(option: number, value: number): void
  protected getInt64Option(option: number): number
  protected setInt64Option(option: number, value: number): void
  protected getUint64Option(option: number): number
  protected setUint64Option(option: number, value: number): void
  protected getStringOption(option: number): string | null
  protected setStringOption(option: number, value: string | Uint8Array | null): void
}

/** What sockets extend, so that the types know of methods that are defined elsewhere: nothing. */
export const NumberedBase: typeof Numbered = Object as unknown as typeof Numbered
