import { cocoMask } from "./cocoMask.ts";
import type { TruthImage } from "./comparedImage.ts";
import type { RecordId } from "./recordChecks.ts";
import { gather, rowsByImage } from "./rowsByImage.ts";

/** A labelled object of a COCO file. */
export interface TruthObject {
  imageId: RecordId;
  categoryId: RecordId;
  /** x1, y1, x2, y2 */
  box: readonly [number, number, number, number];
  boxArea: number;
  area: number | undefined;
  crowd: 0 | 1;
  difficult: 0 | 1;
  segmentation: unknown;
}

/** The objects of a COCO file of labels in columns, until its images and categories are known. */
export class TruthTable {
  readonly #name: string;
  readonly #masks: boolean;
  #imageIds: RecordId[] = [];
  #categoryIds: RecordId[] = [];
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

  add({ imageId, categoryId, box, boxArea, area, crowd, difficult, segmentation }: TruthObject): void {
    this.#imageIds.push(imageId);
    this.#categoryIds.push(categoryId);
    this.#boxes.push(box[0], box[1], box[2], box[3]);
    this.#boxAreas.push(boxArea);
    this.#areas.push(area ?? boxArea);
    this.#crowd.push(crowd);
    this.#difficult.push(difficult);
    if (this.#masks) this.#segmentations.push(segmentation);
  }

  /**
   * The images with their objects.
   *
   * @param follow the places of an object's image and category, of the object that was added as that one; those without
   * are left out
   * @throws AnchorkitError naming the annotation whose mask is not there.
   */
  into(
    images: readonly Omit<TruthImage, "truth">[],
    follow: (imageId: RecordId, categoryId: RecordId, row: number) => { image: number; category: number } | undefined,
  ): TruthImage[] {
    const count = this.#imageIds.length;
    const imageOf = new Int32Array(count);
    const classOf = new Int32Array(count);
    for (let row = 0; row < count; row++) {
      const found = follow(this.#imageIds[row] ?? 0, this.#categoryIds[row] ?? 0, row);
      imageOf[row] = found?.image ?? images.length; // behind all others
      classOf[row] = found?.category ?? 0;
    }
    const { rows, starts } = rowsByImage(imageOf, count, images.length + 1);
    const boxes = gather(this.#boxes, rows, 4);
    const boxAreas = gather(this.#boxAreas, rows);
    const areas = gather(this.#areas, rows);
    const classes = Int32Array.from(rows, (row) => classOf[row] ?? 0);
    const crowd = Uint8Array.from(rows, (row) => this.#crowd[row] ?? 0);
    const difficult = Uint8Array.from(rows, (row) => this.#difficult[row] ?? 0);
    return images.map((image, i) => {
      const [from = 0, to = 0] = [starts[i], starts[i + 1]];
      const mask = (row: number) =>
        cocoMask(this.#segmentations[row], image.size, `${this.#name}: annotations[${row}]`);
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
}
