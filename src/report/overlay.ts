import { AnchorkitError } from "../base/errors.ts";
import type { LabelledObject } from "../data/dataset.ts";
import type { Detections } from "../geometry/detections.ts";
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
}

/**
 * The boxes of one image as a transparent SVG of width x height pixels: detections with solid lines and a label
 * ("mug 0.93"), the truth with dashed lines, both in the colour of their class. Lines lie inside their box, so
 * everything outside of it stays as it is; a box without area after clipping is drawn as one pixel. Better scores are
 * drawn over worse ones. A label goes where it covers no other label, and is left out where no such place is.
 *
 * @throws AnchorkitError when the arrays do not have the same length, a box has NaN or infinity in it, or a class is
 * not in the list.
 */
export function detectionsOverlay(
  width: number,
  height: number,
  detections: Detections | undefined,
  classes: readonly string[],
  options: OverlayOptions = {},
): string {
  const { scoreThreshold = 0.3, truth = [], scale = 1 } = options;
  const fontSize = options.fontSize ?? Math.max(10, Math.round(Math.sqrt(width * height) / 38));
  const line = lineWidth(width, height);
  const place = (box: ArrayLike<number>, name: string): Rect => placeBox(box, scale, width, height, name);

  const truthLines = truth.map((object, i) =>
    boxLines(place(object.box, `truth ${i}`), line, classColor(checkedClass(object.class, classes)), true),
  );
  const found = detections === undefined ? [] : shownDetections(detections, scoreThreshold);
  const lines: string[] = [];
  const labels: string[] = [];
  const taken: Rect[] = [];
  for (const { index, box, score, class: classIndex } of found) {
    const color = classColor(checkedClass(classIndex, classes));
    const rect = place(box, `detection ${index}`);
    lines.push(boxLines(rect, line, color, false));
    const text = fitText(`${classes[classIndex] ?? ""} ${score.toFixed(2)}`, fontSize, width - fontSize / 2);
    labels.push(boxLabel(rect, text, fontSize, color, { width, height }, taken));
  }
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
    [...lines.reverse(), ...truthLines, ...labels.reverse()].join("") +
    "</svg>"
  );
}

interface Shown {
  index: number;
  box: Float32Array;
  score: number;
  class: number;
}

/** The detections at or above the threshold, best first. */
function shownDetections({ boxes, scores, classes }: Detections, scoreThreshold: number): Shown[] {
  if (boxes.length !== 4 * scores.length || classes.length !== scores.length) {
    throw new AnchorkitError(
      `detections: ${boxes.length} box numbers, ${scores.length} scores and ${classes.length} classes do not belong ` +
        `together: n detections have n * 4, n and n`,
    );
  }
  return Array.from(scores, (score, i) => ({
    index: i,
    box: boxes.subarray(4 * i, 4 * i + 4),
    score,
    class: classes[i] ?? 0,
  }))
    .filter(({ score }) => score >= scoreThreshold)
    .sort((a, b) => b.score - a.score);
}

/** @throws AnchorkitError when the class is not in the list */
export function checkedClass(classIndex: number, classes: readonly string[]): number {
  if (classes[classIndex] !== undefined) return classIndex;
  throw new AnchorkitError(`class ${classIndex} is not one of the ${classes.length} classes`);
}
