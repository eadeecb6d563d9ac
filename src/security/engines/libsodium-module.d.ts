/** The part of libsodium's own names that is used: the package brings no types. Addresses are numbers. */
// eslint-disable-next-line no-restricted-syntax -- there is no other way to type somebody else's package
declare module 'libsodium' {
  export interface Sodium {
    /** Another one when the memory has grown. */
    readonly HEAPU8: Uint8Array<ArrayBuffer>
    _sodium_init(): number
    /** @returns 0 when there is no memory left. */
    _malloc(size: number): number
    _free(address: number): void
    _crypto_scalarmult_base(publicKey: number, secretKey: number): number
    _crypto_box_beforenm(key: number, publicKey: number, secretKey: number): number
    _crypto_secretbox_easy(
      ...args: [
        box: number,
        plaintext: number,
        length: number,
        lengthHigh: number,
        nonce: number,
        key: number,
      ]
    ): number
    _crypto_secretbox_open_easy(
      ...args: [
        plaintext: number,
        box: number,
        length: number,
        lengthHigh: number,
        nonce: number,
        key: number,
      ]
    ): number
  }

  /** An ES module gives a function that makes one; to `require()` there is one, when it is ready. */
  const libsodium:
    | ((options: { getRandomValue(): number }) => Promise<Sodium>)
    | (Sodium & { readonly ready: Promise<void> })
  // eslint-disable-next-line no-restricted-syntax -- so it is
  export default libsodium
}
