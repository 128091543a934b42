import type { TruthColumns } from "../../../base/detectedImage.ts";
import type { DetectionColumns } from "../../../geometry/detections.ts";
import { maskArea } from "../../../geometry/masks/maskExtent.ts";
import { flatBoxes } from "../../../geometry/readBoxes.ts";
import type { Rle } from "../../../geometry/masks/rle.ts";
import type { EvaluationImage } from "../evaluationImage.ts";

/** Objects of one class out of all images, as columns: image after image, and within an image in the order given. */
interface ClassObjects {
  /** [n] index of each object's image, ascending. */
  images: Int32Array;
  /** [n] its index among the objects of that image. */
  indices: Int32Array;
  /** [n, 4] x1, y1, x2, y2. */
  boxes: Float64Array;
  /** [n] width * height. */
  boxAreas: Float64Array;
  /** [n] the areas that make an object small, medium or large. */
  areas: Float64Array;
  /** [n], where the images have them. */
  masks: Rle[];
}

export interface ClassTruths extends ClassObjects {
  kind: "truth";
  /** [n] 1 for a crowd region. */
  crowd: Uint8Array;
  /** [n] 1 for what does not count: crowds, and what is flagged so. */
  ignore: Uint8Array;
}

export interface ClassDetections extends ClassObjects {
  kind: "detection";
  /** [n] */
  scores: Float64Array;
}

/** The labelled objects of all (checked) images, one table a class: all that the work on a class needs lies together. */
export function truthsByClass(images: readonly EvaluationImage[], classCount: number): ClassTruths[] {
  return gather<TruthColumns, ClassTruths>(
    images.map(({ truth }) => truth),
    classCount,
    (count) => ({
      kind: "truth",
      ...emptyTable(count),
      crowd: new Uint8Array(count),
      ignore: new Uint8Array(count),
    }),
    (table, row, truth, i) => {
      const crowd = Boolean(truth.crowd?.[i]);
      table.crowd[row] = Number(crowd);
      table.ignore[row] = Number(crowd || Boolean(truth.ignore?.[i]));
    },
  );
}

/** The detections of all (checked) images, one table a class. */
export function detectionsByClass(images: readonly EvaluationImage[], classCount: number): ClassDetections[] {
  return gather<DetectionColumns, ClassDetections>(
    images.map(({ detections }) => detections),
    classCount,
    (count) => ({ kind: "detection", ...emptyTable(count), scores: new Float64Array(count) }),
    (table, row, detections, i) => {
      table.scores[row] = detections.scores[i] as number;
    },
  );
}

/** [images + 1] the row with which each image begins, for rows in the order of images. */
export function firstRows(images: Int32Array, imageCount: number): Int32Array {
  const first = new Int32Array(imageCount + 1);
  for (const image of images) (first[image + 1] as number)++;
  for (let i = 0; i < imageCount; i++) (first[i + 1] as number) += first[i] as number;
  return first;
}

/** What labelled objects and detections have in common. */
type Objects = Pick<TruthColumns, "boxes" | "classes" | "boxAreas" | "areas" | "masks">;

type FlatObjects = Objects & { boxes: ArrayLike<number> };

function gather<Source extends Objects, Table extends ClassObjects>(
  sources: readonly Source[],
  classCount: number,
  newTable: (count: number) => Table,
  setRest: (table: Table, row: number, source: Source, i: number) => void,
): Table[] {
  const counts = new Int32Array(classCount);
  for (const { classes } of sources) {
    for (let i = 0; i < classes.length; i++) (counts[classes[i] as number] as number)++;
  }
  const tables = Array.from(counts, newTable);
  const nextRow = new Int32Array(classCount);
  sources.forEach((source, image) => {
    const shapes = { ...source, boxes: flatBoxes("boxes", source.boxes) };
    for (let i = 0; i < source.classes.length; i++) {
      const k = source.classes[i] as number;
      const table = tables[k] as Table;
      const row = (nextRow[k] as number)++;
      table.images[row] = image;
      table.indices[row] = i;
      setShape(table, row, shapes, i);
      setRest(table, row, source, i);
    }
  });
  return tables;
}

function emptyTable(count: number): ClassObjects {
  return {
    images: new Int32Array(count),
    indices: new Int32Array(count),
    boxes: new Float64Array(count * 4),
    boxAreas: new Float64Array(count),
    areas: new Float64Array(count),
    masks: [],
  };
}

function setShape(table: ClassObjects, row: number, { boxes, boxAreas, areas, masks }: FlatObjects, i: number): void {
  for (let j = 0; j < 4; j++) table.boxes[row * 4 + j] = boxes[i * 4 + j] as number;
  const boxArea = boxAreas?.[i] ?? areaOfBox(boxes, i);
  table.boxAreas[row] = boxArea;
  const mask = masks?.[i];
  if (mask !== undefined) table.masks[row] = mask;
  table.areas[row] = areas?.[i] ?? (mask === undefined ? boxArea : maskArea(mask));
}

function areaOfBox(boxes: ArrayLike<number>, i: number): number {
  const width = (boxes[i * 4 + 2] as number) - (boxes[i * 4] as number);
  const height = (boxes[i * 4 + 3] as number) - (boxes[i * 4 + 1] as number);
  return width * height;
}
