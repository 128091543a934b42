import { AnchorkitError } from "../../base/errors.ts";
import type { Random } from "../../base/random.ts";
import { mean, sum } from "../../base/statistics.ts";
import type { ImageRecord } from "../../data/dataset.ts";
import { trainedObjects } from "../../data/trainedObjects.ts";
import { type Boxes, readBoxes } from "../../geometry/readBoxes.ts";
import type { AnchorShape } from "./anchors.ts";

/** Boxes that are looked at; more are thinned out at random. */
const MOST_BOXES = 5000;
const RESTARTS = 5;
const MOST_ROUNDS = 100;

/**
 * Anchor shapes that fit the boxes of a data set: k-means on their widths and heights with the distance 1 - IoU, boxes
 * laid on a common centre (Redmon and Farhadi, "YOLO9000", 2017, section 2), begun as k-means++, the best of five tries.
 * Where there are fewer different boxes than shapes to find, the rest are the found ones made larger and smaller.
 *
 * @param widthsHeights width and height of each box, above 0: a flat array of n * 2 numbers, or a list of pairs
 * @returns `count` shapes, smallest area first; the same for the same state of `random`
 * @throws AnchorkitError without boxes, or with a side that is not above 0
 */
export function kMeansAnchors(widthsHeights: Boxes, count: number, random: Random): AnchorShape[] {
  const all = shapesOf(widthsHeights);
  const boxes = all.length > MOST_BOXES ? random.shuffle(all).slice(0, MOST_BOXES) : all;
  const different = new Map(boxes.map((box) => [box.join(), box])).size;
  const clusters = Math.min(count, different);
  let best: AnchorShape[] = [];
  let bestFit = -1;
  for (let attempt = 0; attempt < RESTARTS; attempt++) {
    const shapes = refine(boxes, spreadOut(boxes, clusters, random));
    const fit = fitOf(boxes, shapes);
    if (fit > bestFit) [best, bestFit] = [shapes, fit];
  }
  return complete(best, count).sort((a, b) => area(a) - area(b));
}

/**
 * How well shapes fit boxes: the mean over the boxes of the IoU with the best shape, laid on a common centre; 0 to 1.
 *
 * @param widthsHeights as for {@link kMeansAnchors}
 */
export function meanBestIou(widthsHeights: Boxes, shapes: readonly AnchorShape[]): number {
  return fitOf(shapesOf(widthsHeights), shapes);
}

/**
 * The IoU of each box with the shape that fits it best, laid on a common centre.
 *
 * @param widthsHeights as for {@link kMeansAnchors}
 */
export function bestIous(widthsHeights: Boxes, shapes: readonly AnchorShape[]): number[] {
  return shapesOf(widthsHeights).map((box) => bestOf(box, shapes).iou);
}

/**
 * Anchor shapes for the objects of some images (difficult objects and crowds left out), by {@link kMeansAnchors}.
 *
 * @param scaleOf how many pixels of the network's input one pixel of the image is
 * @param squares squares of the boxes' areas only, for data in which objects come in all orientations
 */
export function anchorShapesFor(
  images: readonly ImageRecord[],
  scaleOf: (image: ImageRecord) => number,
  count: number,
  random: Random,
  { squares = false } = {},
): AnchorShape[] {
  const sides = images.flatMap((image) => {
    const scale = scaleOf(image);
    return trainedObjects(image).flatMap(({ box: [x1, y1, x2, y2] }) => {
      const [width, height] = [(x2 - x1) * scale, (y2 - y1) * scale];
      const side = Math.sqrt(width * height);
      return squares ? [side, side] : [width, height];
    });
  });
  const shapes = kMeansAnchors(sides, count, random);
  return squares ? shapes.map((shape): AnchorShape => [Math.sqrt(area(shape)), Math.sqrt(area(shape))]) : shapes;
}

function shapesOf(widthsHeights: Boxes): AnchorShape[] {
  const shapes: AnchorShape[] = [];
  const sides = readBoxes("kMeansAnchors: widthsHeights", widthsHeights, ["width", "height"]);
  for (let i = 0; i < sides.length; i += 2) {
    const [width, height] = [sides[i] ?? 0, sides[i + 1] ?? 0];
    if (!(width > 0 && height > 0 && width * height < Infinity)) {
      const wrong = `its sides must be above 0 and finite, got ${width} x ${height}`;
      throw new AnchorkitError(`kMeansAnchors: box ${i / 2}: ${wrong}`);
    }
    shapes.push([width, height]);
  }
  if (shapes.length === 0) throw new AnchorkitError("kMeansAnchors: there are no boxes to choose anchors from");
  return shapes;
}

/** k-means++: each further shape is a box drawn with a chance that grows with its squared distance to those chosen. */
function spreadOut(boxes: AnchorShape[], count: number, random: Random): AnchorShape[] {
  const first = boxes[random.int(boxes.length)];
  const shapes = first ? [first] : [];
  while (shapes.length < count) {
    const weights = boxes.map((box) => (1 - bestOf(box, shapes).iou) ** 2);
    let lot = random.uniform(0, sum(weights));
    const drawn = boxes.find((_, i) => (lot -= weights[i] ?? 0) < 0);
    shapes.push(drawn ?? boxes[boxes.length - 1] ?? [1, 1]);
  }
  return shapes;
}

/** Lloyd's rounds: each shape becomes the mean of the boxes nearest to it, until none changes its shape. */
function refine(boxes: AnchorShape[], start: AnchorShape[]): AnchorShape[] {
  let shapes = start;
  let before = "";
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const nearest = boxes.map((box) => bestOf(box, shapes).index);
    if (nearest.join() === before) break;
    before = nearest.join();
    shapes = shapes.map((shape, s) => meanOf(boxes.filter((_, i) => nearest[i] === s)) ?? shape);
  }
  return shapes;
}

/** Fills up to `count` with the shapes in turn at sqrt(2), 1 / sqrt(2), 2, 1 / 2, … times their size. */
function complete(found: AnchorShape[], count: number): AnchorShape[] {
  return Array.from({ length: count }, (_, i): AnchorShape => {
    const step = Math.floor(i / found.length); // 0, then 1, 2, 3, …
    const factor = 2 ** ((Math.ceil(step / 2) * (step % 2 === 1 ? 1 : -1)) / 2);
    const [width, height] = found[i % found.length] ?? [1, 1];
    return [width * factor, height * factor];
  });
}

function fitOf(boxes: AnchorShape[], shapes: readonly AnchorShape[]): number {
  return mean(boxes.map((box) => bestOf(box, shapes).iou));
}

function bestOf(box: AnchorShape, shapes: readonly AnchorShape[]): { index: number; iou: number } {
  let [index, best] = [0, -1];
  shapes.forEach((shape, i) => {
    const intersection = Math.min(box[0], shape[0]) * Math.min(box[1], shape[1]);
    const iou = intersection / (area(box) + area(shape) - intersection);
    if (iou > best) [index, best] = [i, iou];
  });
  return { index, iou: best };
}

function meanOf(boxes: AnchorShape[]): AnchorShape | undefined {
  if (boxes.length === 0) return undefined;
  const [width, height] = boxes.reduce(([w, h], box) => [w + box[0], h + box[1]], [0, 0]);
  return [width / boxes.length, height / boxes.length];
}

function area([width, height]: AnchorShape): number {
  return width * height;
}
