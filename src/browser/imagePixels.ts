import { AnchorkitError } from "../base/errors.ts";
import type { Size } from "../base/preprocessing.ts";
import type { Raster } from "../data/images/resample.ts";

/** Pixels row by row, red, green, blue and opacity of each: an `ImageData`, or something like it. */
export interface RgbaPixels extends Size {
  /** height * width * 4 bytes. */
  data: Uint8Array | Uint8ClampedArray;
}

/** What a browser can show or decode. A `Blob` is an image file, such as people choose or drop. */
export type ImageSource =
  | HTMLImageElement
  | HTMLVideoElement
  | HTMLCanvasElement
  | OffscreenCanvas
  | ImageBitmap
  | VideoFrame
  | RgbaPixels
  | Blob;

/**
 * The pixels of an image as it is shown, its EXIF orientation applied, transparency flattened onto white as in Node.
 *
 * @throws AnchorkitError for a file that the browser cannot decode, an image that is not loaded, and one of another site
 * that may not be read
 */
export async function imagePixels(source: ImageSource): Promise<Raster> {
  if (isPixels(source)) return onWhite(source);
  if (!(source instanceof Blob)) return onWhite(drawn(source));
  const bitmap = await createImageBitmap(source).catch(() => {
    throw new AnchorkitError(`${nameOf(source)}: is no image that this browser can decode`);
  });
  try {
    return onWhite(drawn(bitmap));
  } finally {
    bitmap.close();
  }
}

function isPixels(source: ImageSource): source is RgbaPixels {
  return "data" in source;
}

function nameOf(file: Blob): string {
  return "name" in file && typeof file.name === "string" ? file.name : "the file";
}

/** One canvas for all, as large as the largest image was. */
let canvas: OffscreenCanvas | HTMLCanvasElement | undefined;

function drawn(source: Exclude<ImageSource, RgbaPixels | Blob>): RgbaPixels {
  const { width, height } = sizeOf(source);
  if (!(width > 0 && height > 0)) throw new AnchorkitError("the image is not loaded yet; wait for its load event");
  canvas ??= typeof OffscreenCanvas === "undefined" ? document.createElement("canvas") : new OffscreenCanvas(1, 1);
  if (canvas.width < width) canvas.width = width;
  if (canvas.height < height) canvas.height = height;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context || !("getImageData" in context))
    throw new AnchorkitError("this browser draws on no canvas of the image's size; take a smaller image");
  context.fillStyle = "white";
  context.fillRect(0, 0, width, height);
  context.drawImage(source, 0, 0, width, height);
  try {
    return context.getImageData(0, 0, width, height);
  } catch {
    canvas = undefined; // it is of no use any more
    throw new AnchorkitError("the image is of another site that does not let this one read its pixels (CORS)");
  }
}

/** The size of an image itself, not that at which a page shows it. */
function sizeOf(source: Exclude<ImageSource, RgbaPixels | Blob>): Size {
  if ("naturalWidth" in source) return { width: source.naturalWidth, height: source.naturalHeight };
  if ("videoWidth" in source) return { width: source.videoWidth, height: source.videoHeight };
  if ("displayWidth" in source) return { width: source.displayWidth, height: source.displayHeight };
  return { width: source.width, height: source.height };
}

function onWhite({ data, width, height }: RgbaPixels): Raster {
  const pixels = width * height;
  if (data.length !== 4 * pixels) {
    throw new AnchorkitError(`an image of ${width} x ${height} pixels has ${4 * pixels} bytes, got ${data.length}`);
  }
  const rgb = new Uint8Array(3 * pixels);
  for (let i = 0, from = 0, to = 0; i < pixels; i++, from += 4, to += 3) {
    const [red, green, blue, alpha] = [data[from], data[from + 1], data[from + 2], data[from + 3]] as [number, number, number, number]; // prettier-ignore
    if (alpha === 255) {
      rgb[to] = red;
      rgb[to + 1] = green;
      rgb[to + 2] = blue;
    } else {
      const white = 255 - alpha;
      rgb[to] = Math.round((red * alpha) / 255 + white);
      rgb[to + 1] = Math.round((green * alpha) / 255 + white);
      rgb[to + 2] = Math.round((blue * alpha) / 255 + white);
    }
  }
  return { data: rgb, width, height, channels: 3 };
}
