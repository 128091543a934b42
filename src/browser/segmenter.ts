import { onImage, type SegmentedImage } from "../segmentation/running/onImage.ts";
import { alignmentOf } from "../segmentation/networks/alignment.ts";
import type { Architecture } from "../segmentation/networks/architecture.ts";
import { rowsOfImage } from "../segmentation/tiles/rowsOfImage.ts";
import { blendTiles } from "../segmentation/tiles/blendTiles.ts";
import { BrowserModel } from "./browserModel.ts";
import type { ImageSource } from "./imagePixels.ts";
import { isListOf } from "./readManifest.ts";

/** What a segmenter may be asked. */
export interface SegmentOptions {
  /**
   * Of models of one class: the probability from which a pixel is of it. Unless told, the one that was chosen on the
   * validation images.
   */
  threshold?: number | undefined;
}

/** Says what each pixel of an image is part of. */
export class BrowserSegmenter extends BrowserModel {
  /** Which kind of task. */
  readonly task = "segmentation";

  /** Of models of one class, the probability from which a pixel is of it, where one was chosen. */
  get threshold(): number | undefined {
    const { thresholds } = this.description;
    return isListOf(thresholds, "number") ? thresholds[0] : undefined;
  }

  /**
   * The label of each pixel at the image's own size, 0 for the background and then the classes from 1, and how probable it
   * is; of models that learnt it, how deep a pixel lies in its object.
   *
   * @throws AnchorkitError for an image that cannot be read
   */
  async segment(image: ImageSource, { threshold = this.threshold }: SegmentOptions = {}): Promise<SegmentedImage> {
    const { preprocessing, distance, architecture } = this.description;
    const outputs = ["probabilities", ...(distance === true ? ["distance"] : [])];
    const named = ([shares, depths]: Float32Array[]) => ({
      shares: shares ?? new Float32Array(),
      ...(depths && { depths }),
    });
    if (preprocessing.resize !== "tiles") {
      const { size, values } = await this.answer(image, outputs);
      return onImage(named(values), size, preprocessing, threshold);
    }
    const { data: pixels, width, height } = await this.pixels(image);
    const see = async (tile: Uint8Array) => named(await this.run(tile, outputs));
    const options = { batch: 1, preprocessing, threshold, alignment: alignmentOf(architecture as Architecture) };
    return blendTiles(see, rowsOfImage({ width, height, pixels }), options);
  }
}
