// The package has no types of its own: these are those of snappy.js, which hands it on.

declare const snappy: {
  /** The block format, without framing. */
  compress(input: Uint8Array): Uint8Array;
  uncompress(input: Uint8Array): Uint8Array;
};
export default snappy;
