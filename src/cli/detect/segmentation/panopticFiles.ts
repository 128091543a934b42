import { join } from "node:path";
import sharp from "sharp";
import { writeFileAtomic } from "../../../base/files.ts";
import { cocoPanoptic } from "../../../segmentation/instances/cocoPanoptic.ts";
import type { Instance } from "../../../segmentation/instances/instancesOf.ts";
import { panopticOf } from "../../../segmentation/instances/panoptic.ts";
import type { SegmentedImage } from "../../../segmentation/running/onImage.ts";
import { PANOPTIC } from "../pictureNames.ts";

/** The classes of a panoptic map, and which of them are things. */
export interface PanopticCategories {
  classes: readonly string[];
  categoryIds: readonly number[];
  /** Indices of the classes whose objects are counted; the others are stuff. */
  things: readonly number[];
}

/** An entry of `annotations` in COCO's panoptic JSON. */
interface PanopticAnnotation {
  image_id: number;
  file_name: string;
  segments_info: unknown[];
}

/** What is written of a panoptic segmentation, in COCO's form: a PNG for each image, and panoptic.json. */
export class PanopticFiles {
  readonly #out: string;
  readonly #categories: PanopticCategories;
  readonly #images: { id: number; file_name: string; width: number; height: number }[] = [];
  readonly #annotations: PanopticAnnotation[] = [];

  constructor(out: string, categories: PanopticCategories) {
    this.#out = out;
    this.#categories = categories;
  }

  /** Writes the PNG of an image. @param png its name below the folder */
  async add({ labels, size }: SegmentedImage, objects: readonly Instance[], id: number, name: string, png: string) {
    const { classes, categoryIds, things } = this.#categories;
    const kinds = classes.map((one, k) => ({ name: one, isThing: things.includes(k) }));
    const { rgb, segments } = cocoPanoptic(panopticOf(labels, objects, kinds), size, categoryIds);
    const picture = sharp(rgb, { raw: { ...size, channels: 3 } });
    await writeFileAtomic(join(this.#out, png), await picture.png().toBuffer());
    this.#images.push({ id, file_name: name, ...size });
    this.#annotations.push({ image_id: id, file_name: png, segments_info: segments });
  }

  /** Writes panoptic.json; its path. */
  async finish(): Promise<string> {
    const { classes, categoryIds, things } = this.#categories;
    const categories = classes.map((name, k) => ({ id: categoryIds[k], name, isthing: Number(things.includes(k)) }));
    const document = { images: this.#images, annotations: this.#annotations, categories };
    const file = join(this.#out, PANOPTIC);
    await writeFileAtomic(file, `${JSON.stringify(document)}\n`);
    return file;
  }
}
