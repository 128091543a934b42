/** What an image that is kept was made of. */
export interface ImageKey {
  /** Absolute path. */
  file: string;
  /** All else that its bytes depend on: the size, and how it came to it. */
  form: string;
}

/** Where the pixels of decoded and resized images are kept. */
export interface ImageCache {
  /** The bytes that are kept of an image, or else those that `decode` gives, kept if they fit. */
  get(image: ImageKey, decode: () => Promise<Uint8Array>): Promise<Uint8Array>;
}

/** Keeps nothing. */
export const noCache: ImageCache = { get: (_image, decode) => decode() };

/**
 * Keeps images in memory until so many bytes are full. What came first stays: a training goes through its images again
 * and again, and throwing out the one that was not used for longest would throw out each just before its turn.
 */
export function memoryCache(limit: number): ImageCache {
  const kept = new Map<string, Uint8Array>();
  let left = limit;
  return {
    async get(image, decode) {
      const key = `${image.form} ${image.file}`;
      const found = kept.get(key);
      if (found) return found;
      const pixels = await decode();
      if (pixels.byteLength <= left && !kept.has(key)) {
        left -= pixels.byteLength;
        kept.set(key, pixels);
      }
      return pixels;
    },
  };
}
