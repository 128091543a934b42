import type { EvaluationImage } from "./evaluationImage.ts";

/** Boxes of one class out of all images, as columns: image after image, and within an image in the order given. */
interface ClassBoxes {
  /** [n] index of each box's image, ascending. */
  images: Int32Array;
  /** [n, 4] x1, y1, x2, y2. */
  boxes: Float64Array;
  /** [n] width * height. */
  boxAreas: Float64Array;
}

export interface ClassTruths extends ClassBoxes {
  /** [n] the areas that make an object small, medium or large. */
  areas: Float64Array;
  /** [n] 1 for a crowd region. */
  crowd: Uint8Array;
  /** [n] 1 for what does not count: crowds, and what is flagged so. */
  ignore: Uint8Array;
}

export interface ClassDetections extends ClassBoxes {
  /** [n] */
  scores: Float64Array;
}

/** The labelled objects of all (checked) images, one table a class: all that the work on a class needs lies together. */
export function truthsByClass(images: readonly EvaluationImage[], classCount: number): ClassTruths[] {
  return gather<EvaluationImage["truth"], ClassTruths>(
    images.map(({ truth }) => truth),
    classCount,
    (count) => ({
      ...emptyBoxes(count),
      areas: new Float64Array(count),
      crowd: new Uint8Array(count),
      ignore: new Uint8Array(count),
    }),
    (table, row, truth, i) => {
      const crowd = Boolean(truth.crowd?.[i]);
      table.crowd[row] = Number(crowd);
      table.ignore[row] = Number(crowd || Boolean(truth.ignore?.[i]));
      table.areas[row] = truth.areas?.[i] ?? (table.boxAreas[row] as number);
    },
  );
}

/** The detections of all (checked) images, one table a class. */
export function detectionsByClass(images: readonly EvaluationImage[], classCount: number): ClassDetections[] {
  return gather<EvaluationImage["detections"], ClassDetections>(
    images.map(({ detections }) => detections),
    classCount,
    (count) => ({ ...emptyBoxes(count), scores: new Float64Array(count) }),
    (table, row, detections, i) => {
      table.scores[row] = detections.scores[i] as number;
    },
  );
}

/** What labelled objects and detections have in common. */
type Objects = Pick<EvaluationImage["truth"], "boxes" | "classes" | "boxAreas">;

function gather<Source extends Objects, Table extends ClassBoxes>(
  sources: readonly Source[],
  classCount: number,
  emptyTable: (count: number) => Table,
  setRest: (table: Table, row: number, source: Source, i: number) => void,
): Table[] {
  const counts = new Int32Array(classCount);
  for (const { classes } of sources) {
    for (let i = 0; i < classes.length; i++) (counts[classes[i] as number] as number)++;
  }
  const tables = Array.from(counts, emptyTable);
  const nextRow = new Int32Array(classCount);
  sources.forEach((source, image) => {
    for (let i = 0; i < source.classes.length; i++) {
      const k = source.classes[i] as number;
      const table = tables[k] as Table;
      const row = (nextRow[k] as number)++;
      setBox(table, row, image, source, i);
      setRest(table, row, source, i);
    }
  });
  return tables;
}

function emptyBoxes(count: number): ClassBoxes {
  return { images: new Int32Array(count), boxes: new Float64Array(count * 4), boxAreas: new Float64Array(count) };
}

function setBox(table: ClassBoxes, row: number, image: number, { boxes, boxAreas }: Objects, i: number): void {
  for (let j = 0; j < 4; j++) table.boxes[row * 4 + j] = boxes[i * 4 + j] as number;
  table.images[row] = image;
  table.boxAreas[row] = boxAreas?.[i] ?? boxArea(boxes, i);
}

function boxArea(boxes: ArrayLike<number>, i: number): number {
  const width = (boxes[i * 4 + 2] as number) - (boxes[i * 4] as number);
  const height = (boxes[i * 4 + 3] as number) - (boxes[i * 4 + 1] as number);
  return width * height;
}
