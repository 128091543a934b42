import { AnchorkitError } from "../../base/errors.ts";
import { maskArea, maskBox } from "../../geometry/masks/maskExtent.ts";
import { placeOf, type RecordBatch } from "../records/jsonRecords.ts";
import { type BoxLayout, isNormalized, readBoxAs, type ResultBox } from "./boxLayout.ts";
import { cocoMask } from "./cocoMask.ts";
import type { CocoTruth, ComparedImage, TruthImage } from "./comparedImage.ts";
import { describeResult } from "./describeResult.ts";
import { resultMask, withDetections } from "./detectionColumns.ts";
import { findDuplicates } from "./duplicates.ts";
import { ImageNames } from "./imageNames.ts";
import { fieldsOf, idOf, isBox, isEmpty } from "./recordChecks.ts";
import { ResultTable } from "./resultTable.ts";
import { ScoreRange } from "./scoreRange.ts";
import { canBeCategory, UnknownCategories } from "./unknownCategory.ts";

/** Rows of the table before it is pruned for the first time: about 140 MB, with masks as much again for their texts. */
const PRUNE_AT = 2 ** 21;
const PRUNE_AT_WITH_MASKS = 2 ** 18;

/** How results are read. */
export interface ResultOptions {
  /** What the four numbers of `bbox` are; COCO's x, y, width, height if not said. */
  boxes?: BoxLayout;
  /** By what results name their image: its id, or its file name (in `file_name` or `image_id`). */
  match?: "id" | "file-name";
  /** How many of a class are kept in an image, the best ones: what evaluation looks at. */
  maxDetections?: number;
  /** Whether segmentations are read as masks. A result that has a box alone gets the box as its mask, as in pycocotools. */
  masks?: boolean;
}

/** Takes results batch by batch, checks them, and sorts them to the images of the truth. */
export class ResultReader {
  readonly #name: string;
  readonly #truth: CocoTruth;
  readonly #table: ResultTable;
  readonly #layout: BoxLayout;
  readonly #masks: boolean;
  readonly #classOf: ReadonlyMap<unknown, number>;
  readonly #imageOf: ReadonlyMap<unknown, number>;
  /** Where images are matched by name. */
  readonly #names: ImageNames | undefined;
  #batch: Omit<RecordBatch, "values"> = { list: "", first: 0 };
  #count = 0;
  #unknown = new UnknownCategories();
  #scores = new ScoreRange();

  /** @throws AnchorkitError where the layout needs sizes of images that the truth does not have. */
  constructor(name: string, truth: CocoTruth, { boxes = "xywh", match, maxDetections = 100, masks }: ResultOptions) {
    this.#name = name;
    this.#truth = truth;
    this.#layout = boxes;
    this.#masks = masks ?? false;
    const pruneAt = this.#masks ? PRUNE_AT_WITH_MASKS : PRUNE_AT;
    this.#table = new ResultTable(truth.images.length, maxDetections, pruneAt, this.#masks);
    this.#classOf = new Map(truth.categoryIds.map((id, index) => [id, index]));
    this.#imageOf = new Map(truth.images.map(({ id }, index) => [id, index]));
    this.#names = match === "file-name" ? new ImageNames(truth.images) : undefined;
    const unsized = isNormalized(boxes) ? truth.images.find(({ size }) => !size) : undefined;
    if (unsized) {
      throw new AnchorkitError(
        `${truth.name}: the image ${unsized.id} has no width and height; ${boxes} boxes need them`,
      );
    }
  }

  /** @throws AnchorkitError naming the result that is wrong. */
  add({ values, ...batch }: RecordBatch): void {
    this.#batch = batch;
    this.#count += values.length;
    for (let i = 0; i < values.length; i++) {
      const record = (batch.line ?? batch.first) + i;
      const result = fieldsOf(values[i]) ?? {};
      const { score } = result;
      const category = idOf(result.category_id);
      const image = this.#findImage(result);
      const box = this.#readBox(result, image, record);
      const k = category === undefined ? undefined : this.#classOf.get(category);
      const isId = k !== undefined || canBeCategory(this.#truth, category);
      const complete = isId && typeof score === "number" && Number.isFinite(score);
      if (!complete || !box || image === undefined) {
        const known = { truth: this.#truth, layout: this.#layout, match: this.#names ? "file-name" : "id" } as const;
        throw new AnchorkitError(`${this.#place(record)}: ${describeResult(values[i], values, known)}`);
      }
      this.#scores.add(score, record);
      if (k === undefined) this.#unknown.add(category ?? 0, record);
      else this.#table.add(image, k, box, score, record, result.segmentation);
    }
  }

  /** @throws AnchorkitError naming the result whose mask is not valid, or where no result has a category of the truth. */
  finish(): { images: ComparedImage[]; warnings: string[] } {
    this.#table.prune();
    const starts = this.#table.sortByImage();
    const warnings = this.#warnings(starts);
    if (this.#count > 0 && this.#unknown.count === this.#count) throw new AnchorkitError(warnings.join("; "));
    const mask = (row: number, image: TruthImage) =>
      resultMask(this.#table, row, image, this.#place(this.#table.records[row] ?? 0));
    const images = withDetections(this.#truth.images, this.#table, starts, this.#masks ? mask : undefined);
    return { images, warnings };
  }

  #findImage({ image_id, file_name }: Record<string, unknown>): number | undefined {
    if (!this.#names) return this.#imageOf.get(idOf(image_id));
    return this.#names.find(typeof image_id === "string" ? image_id : (file_name ?? image_id));
  }

  /** As in pycocotools, a box goes before a mask: its area is the result's then. */
  #readBox(
    { bbox, segmentation }: Record<string, unknown>,
    image: number | undefined,
    record: number,
  ): ResultBox | undefined {
    const size = image === undefined ? undefined : this.#truth.images[image]?.size;
    if (isBox(bbox)) return readBoxAs(this.#layout, bbox, size);
    if (!isEmpty(bbox) || isEmpty(segmentation) || image === undefined) return undefined;
    const mask = cocoMask(segmentation, size, this.#place(record));
    const [x1, y1, x2, y2] = maskBox(mask);
    return { x1, y1, x2, y2, boxArea: (x2 - x1) * (y2 - y1), area: maskArea(mask) };
  }

  #warnings(starts: Uint32Array): string[] {
    const place = (record: number) => this.#place(record);
    const warnings: (string | undefined)[] = [this.#scores.describe(place)];
    if (this.#count === 0) warnings.push(`${this.#name}: holds no results`);
    if (this.#unknown.count > 0) {
      const classes = new Set(this.#table.classes.subarray(0, this.#table.count));
      const known = Array.from(classes, (k) => this.#truth.categoryIds[k] ?? 0);
      warnings.push(this.#unknown.describe(this.#truth, known, place));
    }
    const { count, first } = findDuplicates(this.#table, starts);
    if (count > 0) warnings.push(`results that are there twice: ${count} (first: ${this.#place(first)})`);
    return warnings.filter((line) => line !== undefined);
  }

  #place(record: number): string {
    const { list, line } = this.#batch;
    return placeOf(this.#name, { list, first: 0, ...(line !== undefined && { line: 0 }) }, record);
  }
}
