import { AnchorkitError } from "../../base/errors.ts";
import { maskArea, maskBox } from "../../geometry/masks/maskExtent.ts";
import { placeOf, type RecordBatch } from "../records/jsonRecords.ts";
import { type BoxLayout, isNormalized, readBoxAs, type ResultBox } from "./boxLayout.ts";
import { cocoMask } from "./cocoMask.ts";
import type { CocoTruth, ComparedImage, TruthImage } from "./comparedImage.ts";
import { describeResult } from "./describeResult.ts";
import { resultMask, withDetections } from "./detectionColumns.ts";
import { findDuplicates } from "./duplicates.ts";
import { OwnNames } from "./names/ownNames.ts";
import { References } from "./names/references.ts";
import { fieldsOf, isBox, isEmpty } from "./recordChecks.ts";
import { ResultTable } from "./resultTable.ts";
import { ScoreRange } from "./scoreRange.ts";
import { UnknownCategories } from "./unknownCategory.ts";

/** Rows of the table before it is pruned for the first time: about 140 MB, with masks as much again for their texts. */
const PRUNE_AT = 2 ** 21;
const PRUNE_AT_WITH_MASKS = 2 ** 18;

/** How results are read. */
export interface ResultOptions {
  /** What the four numbers of `bbox` are; COCO's x, y, width, height if not said. */
  boxes?: BoxLayout;
  /**
   * How results are matched with the truth. By their ids, and where they carry names, by these, which count where the
   * two contradict each other: `file_name` and `category_name` (or `category`) of a result, else what the lists `images`
   * and `categories` of its file say. With "id", by ids alone; with "file-name", images by their names alone, which may
   * also stand in `image_id`.
   */
  match?: "id" | "file-name";
  /**
   * How many of a class are kept in an image, the best ones: all that an evaluation with the same `maxDetections` looks
   * at; default 100, as there.
   */
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
  readonly #references: References;
  #batch: Omit<RecordBatch, "values"> = { list: "", first: 0 };
  #count = 0;
  #unknown = new UnknownCategories();
  #scores = new ScoreRange();

  /**
   * @param own what the results' file calls its images and categories
   * @throws AnchorkitError where the layout needs sizes of images that the truth does not have.
   */
  constructor(name: string, truth: CocoTruth, options: ResultOptions, own = new OwnNames()) {
    const { boxes = "xywh", match, maxDetections = 100, masks } = options;
    this.#name = name;
    this.#truth = truth;
    this.#layout = boxes;
    this.#masks = masks ?? false;
    const pruneAt = this.#masks ? PRUNE_AT_WITH_MASKS : PRUNE_AT;
    this.#table = new ResultTable(truth.images.length, maxDetections, pruneAt, this.#masks);
    this.#references = new References(truth, own, match);
    const unsized = isNormalized(boxes) ? truth.images.find(({ size }) => !size) : undefined;
    if (unsized) {
      throw new AnchorkitError(
        `${truth.name}: the image ${unsized.id} has no width and height; ${boxes} boxes need them`,
      );
    }
  }

  /** How many results there were so far. */
  get count(): number {
    return this.#count;
  }

  /** @throws AnchorkitError naming the result that is wrong. */
  add({ values, ...batch }: RecordBatch): void {
    this.#batch = batch;
    this.#count += values.length;
    for (let i = 0; i < values.length; i++) {
      const record = (batch.line ?? batch.first) + i;
      const result = fieldsOf(values[i]) ?? {};
      const { score } = result;
      const image = this.#references.imageOf(result);
      const k = this.#references.classOf(result);
      const category = this.#references.categoryOf(result);
      const box = this.#readBox(result, image, record);
      const complete = category !== undefined && typeof score === "number" && Number.isFinite(score);
      if (!complete || !box || image === undefined) {
        const known = { truth: this.#truth, layout: this.#layout, references: this.#references };
        throw new AnchorkitError(`${this.#place(record)}: ${describeResult(values[i], values, known)}`);
      }
      this.#scores.add(score, record);
      if (k === undefined) this.#unknown.add(category, record, { image, box, score });
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
    const warnings: (string | undefined)[] = [
      ...this.#references.contradictions(this.#name),
      this.#scores.describe(place),
    ];
    if (this.#count === 0) warnings.push(`${this.#name}: holds no results`);
    if (this.#unknown.count > 0) {
      warnings.push(this.#unknown.describe(this.#truth, this.#table, place));
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
