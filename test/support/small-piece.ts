/** What a short frame may pin: 8 KiB, or a small buffer of Node's, which is a view of 64 KiB since Node 26. */
export const SMALL_PIECE: number = Math.max(8192, Buffer.from('small').buffer.byteLength)
