/**
 * How an image becomes a detector's input; saved with the weights, and the only way in for training, evaluation,
 * prediction and export. The image is resized to fit the canvas with its aspect ratio kept, put in the middle, the
 * rest of the canvas filled, and each channel normalised as (value - mean) / deviation.
 */
export interface Preprocessing {
  /** Size of the network's input in pixels. */
  canvas: Size;
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

/** Where an image lies on the canvas: canvas = scale * image + offset, for x and y. A negative scale is a flip. */
export interface Placement {
  scaleX: number;
  offsetX: number;
  scaleY: number;
  offsetY: number;
}

/** The image in the middle of the canvas, as large as it fits; its size is rounded to whole pixels. */
export function fitToCanvas(image: Size, canvas: Size): Placement & Size {
  const scale = Math.min(canvas.width / image.width, canvas.height / image.height);
  const width = Math.max(1, Math.round(image.width * scale));
  const height = Math.max(1, Math.round(image.height * scale));
  return {
    width,
    height,
    scaleX: width / image.width,
    scaleY: height / image.height,
    offsetX: Math.floor((canvas.width - width) / 2),
    offsetY: Math.floor((canvas.height - height) / 2),
  };
}

/** A box of the image on the canvas, x1 < x2 and y1 < y2 also after a flip; it may reach out of the canvas. */
export function toCanvas([x1, y1, x2, y2]: readonly number[], placement: Placement): [number, number, number, number] {
  const xs = [x1, x2].map((x) => (x ?? NaN) * placement.scaleX + placement.offsetX) as [number, number];
  const ys = [y1, y2].map((y) => (y ?? NaN) * placement.scaleY + placement.offsetY) as [number, number];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}
