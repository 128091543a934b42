import type { OverlayOptions as Layer } from "sharp";
import type { DetectedFile } from "../../base/detectedImage.ts";
import type { Size } from "../../base/preprocessing.ts";
import type { LabelledObject } from "../../data/dataset.ts";
import type { LabelMap } from "../../geometry/masks/labelMap.ts";
import type { EvaluationImage } from "../../metrics/detection/evaluationImage.ts";
import type { ClassifiedExample, ValidationExamples } from "../../training/task.ts";
import { classColor, textColorOn } from "../colors.ts";
import { labelOverlay } from "../labelOverlay.ts";
import { detectionsOverlay } from "../overlay.ts";
import { labelLayer } from "../segmentation/layers.ts";
import { fitText, svgText } from "../svgText.ts";

/** A validation image, and what can be drawn over it. */
export interface ExampleTile {
  /** The same in every validation. */
  key: string;
  file: string;
  region?: readonly [number, number, number, number];
  /** What it shows, by the numbers of classes. */
  shows: readonly number[];
  /** What was found in it, over the image at this size, so many times its own. */
  found(at: Size & { scale: number }): Layer;
  /** What is there. */
  truth(at: Size & { scale: number }): Layer;
}

const FONT_SIZE = 11;

/** The images of a validation that show something, as they can be drawn: a detector's, a segmenter's or a classifier's. */
export function exampleTiles(
  { detected = [], segmented = [], classified = [] }: ValidationExamples,
  classes: readonly string[],
): ExampleTile[] {
  const tiles = [
    ...detected.map((image) => detectedTile(image, classes)),
    ...segmented.map(segmentedTile),
    ...classified.map((image) => classifiedTile(image, classes)),
  ];
  return tiles.filter(({ shows }) => shows.length > 0);
}

/** So many of them: those that together show all classes alike, and few objects rather than many. */
export function chooseTiles(tiles: readonly ExampleTile[], count: number): ExampleTile[] {
  const chosen: ExampleTile[] = [];
  const times = new Map<number, number>();
  const gain = ({ shows }: ExampleTile): number =>
    [...new Set(shows)].reduce((sum, k) => sum + 1 / (1 + (times.get(k) ?? 0)) ** 2, -CROWDED * shows.length);
  const left = [...tiles];
  while (chosen.length < count && left.length > 0) {
    const gains = left.map(gain);
    const [next] = left.splice(gains.indexOf(Math.max(...gains)), 1) as [ExampleTile];
    for (const k of new Set(next.shows)) times.set(k, (times.get(k) ?? 0) + 1);
    chosen.push(next);
  }
  return chosen;
}

/** What an object counts against an image; a class that no image shows yet counts 1 for it. */
const CROWDED = 0.05;

function detectedTile(
  { file, detections, truth }: DetectedFile & EvaluationImage,
  classes: readonly string[],
): ExampleTile {
  const objects = Array.from(truth.classes, (of, i): LabelledObject => {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = Array.from(truth.boxes as ArrayLike<number>).slice(4 * i, 4 * i + 4);
    return { class: of, box: [x1, y1, x2, y2] };
  });
  return {
    ...{ key: file, file, shows: Array.from(truth.classes) },
    found: ({ width, height, scale }) => ({
      input: Buffer.from(detectionsOverlay(width, height, detections, classes, { scale, fontSize: FONT_SIZE })),
    }),
    truth: ({ width, height, scale }) => ({
      input: Buffer.from(labelOverlay(width, height, objects, classes, { scale, fontSize: FONT_SIZE })),
    }),
  };
}

function segmentedTile({
  file,
  prediction,
  truth,
}: {
  file: string;
  prediction: LabelMap;
  truth: LabelMap;
}): ExampleTile {
  const layer = (labels: LabelMap, size: Size): Layer => {
    const { data, width, height } = labelLayer(shrunkLabels(labels, size), 0.5);
    return { input: Buffer.from(data.buffer), raw: { width, height, channels: 4 } };
  };
  return {
    ...{ key: file, file, shows: [...new Set(truth.data)].filter((label) => label !== 0 && label !== 255) },
    found: (size) => layer(prediction, size),
    truth: (size) => layer(truth, size),
  };
}

/** The label at the middle of each pixel. */
function shrunkLabels({ data, width, height }: LabelMap, size: Size): LabelMap {
  const labels = Uint8Array.from({ length: size.width * size.height }, (_, i) => {
    const x = Math.floor((((i % size.width) + 0.5) * width) / size.width);
    const y = Math.floor(((Math.floor(i / size.width) + 0.5) * height) / size.height);
    return data[y * width + x] ?? 0;
  });
  return { data: labels, ...{ width: size.width, height: size.height } };
}

function classifiedTile(
  { file, crop, labels, probabilities }: ClassifiedExample,
  classes: readonly string[],
): ExampleTile {
  const band = (text: string, color: string, { width, height }: Size): Layer => {
    const line = FONT_SIZE + 6;
    const words = svgText(fitText(text, FONT_SIZE, width - 6), 3, height - line / 2, FONT_SIZE, textColorOn(color));
    const mark = `<path d="M0 ${height - line}h${width}v${line}h-${width}z" fill="${color}"/>`;
    return {
      input: Buffer.from(
        `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${mark}${words}</svg>`,
      ),
    };
  };
  const best = probabilities.indexOf(Math.max(...probabilities));
  const isRight = labels.includes(best);
  const [first] = labels;
  return {
    ...{ key: [file, ...(crop ?? [])].join("\n"), file, shows: labels },
    ...(crop && { region: crop }),
    found: (size) =>
      band(`${classes[best] ?? ""} ${(probabilities[best] ?? NaN).toFixed(2)}`, isRight ? RIGHT : WRONG, size),
    truth: (size) => band(labels.map((k) => classes[k] ?? "").join(", "), classColor(first ?? 0), size),
  };
}

const [RIGHT, WRONG] = ["#1d7a3d", "#b3261e"];
