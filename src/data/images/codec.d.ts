declare module "@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs" {
  interface Size {
    width: number;
    height: number;
  }

  /** What is used of the codec, which comes without types. */
  export interface Codec {
    /** Memory of the codec's own, to be filled. */
    getEncodedBuffer(length: number): Uint8Array;
    /** Throws the address of a C++ exception. */
    decode(): void;
    getFrameInfo(): Size & { componentCount: number };
    /** Memory of the codec's own, valid until it decodes again. */
    getDecodedBuffer(): Uint8ClampedArray;
  }

  export default function open(): Promise<{ JPEGDecoder: new () => Codec }>;
}
