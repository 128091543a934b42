import type { Size } from "../../base/preprocessing.ts";

/** Width and height of an anchor, in pixels of the image that goes into the network. */
export type AnchorShape = [width: number, height: number];

/**
 * A shape for every aspect ratio (height / width) and scale, ratios in the outer loop: of area scale², so
 * width = scale / sqrt(ratio), height = scale * sqrt(ratio) (Ren et al., "Faster R-CNN", 2015: 3 scales x 3 ratios).
 *
 * @param rounding rounds half of each side to whole pixels, halves to even, as torchvision does; off by default
 */
export function anchorShapes(
  scales: readonly number[] = [128, 256, 512],
  aspectRatios: readonly number[] = [0.5, 1, 2],
  { rounding = false } = {},
): AnchorShape[] {
  const side = (length: number): number => (rounding ? 2 * roundHalfToEven(length / 2) : length);
  return aspectRatios.flatMap((ratio) =>
    scales.map((scale): AnchorShape => [side(scale / Math.sqrt(ratio)), side(scale * Math.sqrt(ratio))]),
  );
}

/**
 * Anchors of every cell of a feature map: each shape, centred at ((column + offset) * stride, (row + offset) * stride).
 *
 * @param offset 0.5 puts anchors on the middle of cells, 0 on their upper left corners (torchvision)
 * @returns gridHeight * gridWidth * shapes.length boxes x1, y1, x2, y2: row by row, cell by cell, shape by shape
 */
export function gridAnchors(
  shapes: readonly AnchorShape[],
  gridHeight: number,
  gridWidth: number,
  stride: number,
  { offset = 0.5 } = {},
): Float32Array {
  const anchors = new Float32Array(gridHeight * gridWidth * shapes.length * 4);
  let next = 0;
  for (let row = 0; row < gridHeight; row++) {
    for (let column = 0; column < gridWidth; column++) {
      const [x, y] = [(column + offset) * stride, (row + offset) * stride];
      for (const [width, height] of shapes) {
        anchors.set([x - width / 2, y - height / 2, x + width / 2, y + height / 2], next);
        next += 4;
      }
    }
  }
  return anchors;
}

/** Anchors of the map of that stride over a whole canvas: {@link gridAnchors} with as many cells as cover it. */
export function canvasAnchors(shapes: readonly AnchorShape[], canvas: Size, stride: number): Float32Array {
  return gridAnchors(shapes, Math.ceil(canvas.height / stride), Math.ceil(canvas.width / stride), stride);
}

function roundHalfToEven(x: number): number {
  const rounded = Math.round(x);
  return rounded - x === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
