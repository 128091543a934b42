import { AnchorkitError } from "../base/errors.ts";
import type { LabelledObject } from "../data/dataset.ts";
import { type DetectionColumns, detections as checked, scoredFrom } from "../geometry/detections.ts";
import { boxLabel, boxLines, lineWidth, placeBox, type Rect } from "./boxShapes.ts";
import { classColor } from "./colors.ts";
import { fitText } from "./svgText.ts";

export interface OverlayOptions {
  /** Detections below this score are not drawn; 0.3 by default. */
  scoreThreshold?: number;
  /** What is really there, drawn with dashed lines. */
  truth?: readonly LabelledObject[];
  /** Pixels of the drawing for one of the boxes' pixels; 1 by default. */
  scale?: number;
  /** Size of the labels' letters in pixels; by default it follows from the size of the picture. */
  fontSize?: number;
  /** Whether the name and score are written at each detection; they are unless told. */
  names?: boolean;
}

/**
 * The boxes of one image as a transparent SVG of width x height pixels: detections with solid lines and a label
 * ("mug 0.93", or in place of the class what was read in the box), the truth with dashed lines, both in the colour of their class. Lines lie inside their box, so
 * everything outside of it stays as it is; a box without area after clipping is drawn as one pixel. Better scores are
 * drawn over worse ones. A label goes where it covers no other label and no small box, as far as there is room; it is
 * left out where every place is another label's.
 *
 * @throws RangeError where the detections do not fit together (see {@link checked}), AnchorkitError when a class is not
 * in the list.
 */
export function detectionsOverlay(
  width: number,
  height: number,
  detections: DetectionColumns,
  classes: readonly string[],
  options: OverlayOptions = {},
): string {
  const { scoreThreshold = 0.3, truth = [], scale = 1, names = true } = options;
  const fontSize = options.fontSize ?? Math.max(10, Math.round(Math.sqrt(width * height) / 38));
  const line = lineWidth(width, height);
  const place = (box: ArrayLike<number>, name: string): Rect => placeBox(box, scale, width, height, name);

  const truthLines = truth.map((object, i) =>
    boxLines(place(object.box, `truth ${i}`), line, classColor(checkedClass(object.class, classes)), true),
  );
  const found = scoredFrom(scoreThreshold, checked(detections));
  const lines: string[] = [];
  const labels: string[] = [];
  const rects = Array.from(found.scores, (_, i) => place(found.boxes.subarray(4 * i, 4 * i + 4), `detection ${i}`));
  const around = { width, height, boxes: rects, taken: [] as Rect[] };
  for (const [i, rect] of rects.entries()) {
    const classIndex = checkedClass(found.classes[i] ?? -1, classes);
    const color = classColor(classIndex);
    lines.push(boxLines(rect, line, color, false));
    if (!names) continue;
    const score = (found.scores[i] ?? NaN).toFixed(2);
    const what = found.readings?.[i]?.text ?? classes[classIndex] ?? "";
    const text = fitText(`${what} ${score}`, fontSize, width - fontSize / 2);
    labels.push(boxLabel(rect, text, fontSize, color, around));
  }
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
    [...lines.reverse(), ...truthLines, ...labels.reverse()].join("") +
    "</svg>"
  );
}

/** @throws AnchorkitError when the class is not in the list */
export function checkedClass(classIndex: number, classes: readonly string[]): number {
  if (classes[classIndex] !== undefined) return classIndex;
  throw new AnchorkitError(`class ${classIndex} is not one of the ${classes.length} classes`);
}
