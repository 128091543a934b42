import { AnchorkitError } from "../../base/errors.ts";
import { type Framing, placeOnCanvas } from "../../base/preprocessing.ts";
import { fileKind } from "../../data/images/fileKind.ts";
import { type DecodedImage, decodeImage } from "../../data/images/images.ts";
import { resizeRaster } from "../../data/images/resizePixels.ts";
import type { Raster } from "../../data/images/resample.ts";
import { limiter, type Limiter } from "../../data/parallel.ts";
import { givenUp, orGivenUp, Refusal } from "../refusal.ts";

/** An image of a request: the bytes of a file, or its pixels. */
export type Received = { encoded: Uint8Array } | { pixels: Raster };

/** Images that are decoded at once: as many as libvips has threads of. */
const AT_ONCE = 4;

/** What decodes images of requests. */
export class Decoding {
  readonly #maxPixels: number;
  readonly #limit: Limiter = limiter(AT_ONCE);

  constructor(maxPixels: number) {
    this.#maxPixels = maxPixels;
  }

  /**
   * An image at the size that it has on a canvas; at its own where none is given.
   *
   * @throws Refusal for what is no image, is damaged, or too large; or if the request is given up before it is its turn
   */
  decode(received: Received, signal: AbortSignal, framing?: Framing): Promise<DecodedImage> {
    const decoded = this.#limit(async () => {
      if (signal.aborted) throw givenUp(signal);
      if ("pixels" in received) return fitted(received.pixels, framing);
      const { encoded } = received;
      try {
        requireImageFile(encoded);
        const size = framing && ((original: { width: number; height: number }) => placeOnCanvas(original, framing));
        return await decodeImage(encoded, { maxPixels: this.#maxPixels, ...(size && { size }) });
      } catch (error) {
        if (error instanceof AnchorkitError) throw new Refusal(400, error.message);
        throw error;
      }
    });
    return orGivenUp(decoded, signal);
  }
}

/** Kinds of files, as `fileKind` calls them, that decoders are shown; others they need not even look at. */
const KINDS: readonly string[] = ["JPEG", "PNG", "WebP", "AVIF", "TIFF", "BigTIFF", "GIF", "BMP"];

function requireImageFile(encoded: Uint8Array): void {
  if (encoded.length === 0) throw new AnchorkitError("image: is empty");
  const kind = fileKind(encoded);
  if (kind !== undefined && KINDS.includes(kind)) return;
  const what = kind === undefined ? "is no image that can be read" : `is ${kind}, which cannot be read`;
  throw new AnchorkitError(`image: ${what} (JPEG, PNG, WebP, AVIF, TIFF, GIF and BMP can)`);
}

function fitted(pixels: Raster, framing?: Framing): DecodedImage {
  const { width: originalWidth, height: originalHeight } = pixels;
  const { width, height } = framing ? placeOnCanvas(pixels, framing) : pixels;
  const { data } = resizeRaster(pixels, { width, height });
  const scales = { scaleX: width / originalWidth, scaleY: height / originalHeight };
  return { data, width, height, originalWidth, originalHeight, ...scales };
}
