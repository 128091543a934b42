import { AnchorkitError } from "../../base/errors.ts";
import { cocoMask } from "./cocoMask.ts";
import type { TruthImage } from "./comparedImage.ts";
import { describeBox, flagOf, isBox, shown } from "./recordChecks.ts";
import { gather, rowsByImage } from "./rowsByImage.ts";

/** The objects of a COCO file of labels in columns, until its images and categories are known. */
export class TruthTable {
  readonly #name: string;
  readonly #masks: boolean;
  #ids = new Set<number | string>();
  #imageIds: number[] = [];
  #categoryIds: number[] = [];
  #boxes: number[] = [];
  #boxAreas: number[] = [];
  #areas: number[] = [];
  #crowd: number[] = [];
  #difficult: number[] = [];
  #segmentations: unknown[] = [];

  /** @param name the file's, for messages */
  constructor(name: string, masks: boolean) {
    this.#name = name;
    this.#masks = masks;
  }

  /** @throws AnchorkitError naming the annotation that is wrong. */
  add(annotation: Record<string, unknown>): void {
    const { id, image_id, category_id, bbox, area } = annotation;
    const crowd = flagOf(annotation.iscrowd);
    const difficult = flagOf(annotation.difficult);
    const good = isBox(bbox) && bbox[2] >= 0 && bbox[3] >= 0 && areIds(image_id, category_id) && isArea(area);
    if (!good || crowd === undefined || difficult === undefined) {
      throw new AnchorkitError(`${this.#place(this.#imageIds.length)}: ${describeAnnotation(annotation)}`);
    }
    this.#addId(id);
    const [x, y, width, height] = bbox;
    this.#imageIds.push(image_id as number);
    this.#categoryIds.push(category_id as number);
    this.#boxes.push(x, y, x + width, y + height);
    this.#boxAreas.push(width * height);
    this.#areas.push(area ?? width * height);
    this.#crowd.push(crowd);
    this.#difficult.push(difficult);
    if (this.#masks) this.#segmentations.push(annotation.segmentation);
  }

  /**
   * The images with their objects.
   *
   * @throws AnchorkitError naming the annotation whose image, category or mask is not there.
   */
  into(images: readonly Omit<TruthImage, "truth">[], categoryIds: readonly number[]): TruthImage[] {
    const imageOf = this.#indices(this.#imageIds, indexOf(images.map(({ id }) => id)), "image");
    const classOf = this.#indices(this.#categoryIds, indexOf(categoryIds), "category");
    const { rows, starts } = rowsByImage(imageOf, imageOf.length, images.length);
    const boxes = gather(this.#boxes, rows, 4);
    const boxAreas = gather(this.#boxAreas, rows);
    const areas = gather(this.#areas, rows);
    const classes = Int32Array.from(rows, (row) => classOf[row] ?? 0);
    const crowd = Uint8Array.from(rows, (row) => this.#crowd[row] ?? 0);
    const difficult = Uint8Array.from(rows, (row) => this.#difficult[row] ?? 0);
    return images.map((image, i) => {
      const [from = 0, to = 0] = [starts[i], starts[i + 1]];
      const mask = (row: number) => cocoMask(this.#segmentations[row], image.size, this.#place(row));
      const truth = {
        boxes: boxes.subarray(4 * from, 4 * to),
        boxAreas: boxAreas.subarray(from, to),
        areas: areas.subarray(from, to),
        classes: classes.subarray(from, to),
        crowd: crowd.subarray(from, to),
        difficult: difficult.subarray(from, to),
        ...(this.#masks && { masks: Array.from(rows.subarray(from, to), mask) }),
      };
      return { ...image, truth };
    });
  }

  /** What a reader should know, one line each. */
  warnings(): string[] {
    if (!this.#ids.has(0)) return [];
    const quirk = "pycocotools counts what matches it as a false positive; here it counts like any other";
    return [`${this.#name}: an annotation has the id 0: ${quirk}`];
  }

  #addId(id: unknown): void {
    if (typeof id !== "number" && typeof id !== "string") return;
    if (this.#ids.has(id)) {
      throw new AnchorkitError(`${this.#place(this.#imageIds.length)}: the id ${shown(id)} is there twice`);
    }
    this.#ids.add(id);
  }

  #indices(ids: readonly number[], known: ReadonlyMap<number, number>, what: string): Int32Array {
    return Int32Array.from(ids, (id, row) => {
      const index = known.get(id);
      if (index === undefined) throw new AnchorkitError(`${this.#place(row)}: no ${what} has the id ${id}`);
      return index;
    });
  }

  #place(row: number): string {
    return `${this.#name}: annotations[${row}]`;
  }
}

function indexOf(ids: readonly number[]): Map<number, number> {
  return new Map(ids.map((id, index) => [id, index]));
}

function areIds(a: unknown, b: unknown): boolean {
  return Number.isSafeInteger(a) && Number.isSafeInteger(b);
}

function isArea(value: unknown): value is number | null | undefined {
  return value === undefined || value === null || Number.isFinite(value);
}

function describeAnnotation({
  image_id,
  category_id,
  bbox,
  area,
  iscrowd,
  difficult,
}: Record<string, unknown>): string {
  for (const [field, id] of Object.entries({ image_id, category_id })) {
    if (!Number.isSafeInteger(id)) return `${field} must be a whole number, got ${shown(id)}`;
  }
  if (!isBox(bbox) || bbox[2] < 0 || bbox[3] < 0) return describeBox(bbox);
  if (!isArea(area)) return `area must be a number, got ${shown(area)}`;
  const [field, flag] = flagOf(iscrowd) === undefined ? ["iscrowd", iscrowd] : ["difficult", difficult];
  return `${field} must be 0 or 1, got ${shown(flag)}`;
}
