import { AnchorkitError } from "../../base/errors.ts";
import type { Size } from "../../base/preprocessing.ts";

/** Width and height of an anchor, in pixels of the image that goes into the network. */
export type AnchorShape = [width: number, height: number];

/** The shapes that stand at each cell of one map, and the pixels of the input that a cell stands for. */
export interface AnchorLevel {
  stride: number;
  anchors: AnchorShape[];
}

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

/**
 * Anchors of several maps over a whole canvas: {@link gridAnchors} of each level with as many cells as cover the canvas,
 * which is the size of the map that convolutions with padding "same" make of it.
 *
 * @returns [anchors, 4], level after level, cell after cell, shape after shape: the order of the maps' own predictions,
 * flattened and concatenated
 */
export function levelAnchors(levels: readonly AnchorLevel[], canvas: Size): Float32Array {
  const grids = levels.map(({ stride, anchors }) =>
    gridAnchors(anchors, Math.ceil(canvas.height / stride), Math.ceil(canvas.width / stride), stride),
  );
  const joined = new Float32Array(grids.reduce((sum, { length }) => sum + length, 0));
  let next = 0;
  for (const grid of grids) {
    joined.set(grid, next);
    next += grid.length;
  }
  return joined;
}

/**
 * Shapes spread over levels as YOLOv3 does it (Redmon and Farhadi, 2018, section 2.3): the smallest to the first stride,
 * each stride as many as another, or one more or less where they don't come out even.
 *
 * @param shapes smallest area first, as `kMeansAnchors` returns them @param strides from fine to coarse
 * @throws AnchorkitError where there are fewer shapes than strides
 */
export function spreadOverLevels(shapes: readonly AnchorShape[], strides: readonly number[]): AnchorLevel[] {
  if (shapes.length < strides.length) {
    throw new AnchorkitError(
      `spreadOverLevels: ${strides.length} strides need as many shapes or more, got ${shapes.length}`,
    );
  }
  const start = (level: number): number => Math.floor((level * shapes.length) / strides.length);
  return strides.map((stride, level) => ({ stride, anchors: shapes.slice(start(level), start(level + 1)) }));
}

function roundHalfToEven(x: number): number {
  const rounded = Math.round(x);
  return rounded - x === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
