/**
 * How an image becomes a network's input; saved with the weights, and the only way in for training, evaluation,
 * prediction and export. The image is brought to the canvas, what it leaves empty is filled, and each channel is
 * normalised as (value - mean) / deviation.
 */
export interface Preprocessing extends Framing {
  /** Value of the pixels around the image, 0..255. */
  fill: number;
  /** Of red, green and blue, 0..255. */
  mean: [number, number, number];
  deviation: [number, number, number];
}

export interface Size {
  width: number;
  height: number;
}

/** The canvas, and how images of other shapes come to it. */
export interface Framing {
  /** Size of the network's input in pixels. */
  canvas: Size;
  resize: ResizeRule;
}

/**
 * `fit`: as large as all of it fits, in the middle, its aspect ratio kept. `stretch`: to exactly the canvas. `crop`: the
 * aspect ratio kept, so large that its middle fills the canvas; the rest of it lies outside. `tiles`: images keep their
 * pixels, and are seen by windows of the canvas's size. `line`: of lines of text, as high as the canvas, the aspect ratio
 * kept, at its left; squeezed where it would be wider than the canvas.
 */
export type ResizeRule = (typeof RESIZE_RULES)[number] | "tiles" | "line";

/** Of models that look at an image as a whole. */
export const RESIZE_RULES = ["fit", "stretch", "crop"] as const;
/** Of models that say something of every pixel: all of them must be seen. */
export const PIXEL_RESIZE_RULES = ["fit", "stretch", "tiles"] as const;

/**
 * Sizes on the canvas are rounded to the nearest whole number: this is added, and the rest cut off. It is a thousandth more
 * than a half, so that halves, which are frequent, are rounded up in numbers of 32 bits as well.
 */
export const ROUNDING = 0.501;

/** Where an image lies on the canvas: canvas = scale * image + offset, for x and y. A negative scale is a flip. */
export interface Placement {
  scaleX: number;
  offsetX: number;
  scaleY: number;
  offsetY: number;
}

/**
 * Where the rule puts an image, and its size there, rounded to whole pixels. The image is in the middle (a line of text
 * at the left), at whole pixels: offsets are negative where it is cropped.
 */
export function placeOnCanvas(image: Size, { canvas, resize }: Framing): Placement & Size {
  const { width, height } = sizeOnCanvas(image, canvas, resize);
  return {
    width,
    height,
    scaleX: width / image.width,
    scaleY: height / image.height,
    offsetX: resize === "line" ? 0 : Math.floor((canvas.width - width) / 2),
    offsetY: Math.floor((canvas.height - height) / 2),
  };
}

function sizeOnCanvas(image: Size, canvas: Size, resize: ResizeRule): Size {
  if (resize === "stretch") return canvas;
  if (resize === "tiles") return image;
  if (resize === "line") {
    const width = Math.floor((image.width * canvas.height) / image.height + ROUNDING);
    return { width: Math.min(Math.max(1, width), canvas.width), height: canvas.height };
  }
  const scales = [canvas.width / image.width, canvas.height / image.height];
  const scale = resize === "fit" ? Math.min(...scales) : Math.max(...scales);
  const scaled = (side: number): number => Math.max(1, Math.floor(side * scale + ROUNDING));
  return { width: scaled(image.width), height: scaled(image.height) };
}

/** A box of the image on the canvas, x1 < x2 and y1 < y2 also after a flip; it may reach out of the canvas. */
export function toCanvas([x1, y1, x2, y2]: readonly number[], placement: Placement): [number, number, number, number] {
  const xs = [x1, x2].map((x) => (x ?? NaN) * placement.scaleX + placement.offsetX) as [number, number];
  const ys = [y1, y2].map((y) => (y ?? NaN) * placement.scaleY + placement.offsetY) as [number, number];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}
