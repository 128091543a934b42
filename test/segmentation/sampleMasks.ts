import type { Dataset } from "../../src/data/dataset.ts";
import { rleFromBox } from "../../src/geometry/masks/polygonMask.ts";
import type { SplitName } from "../../src/data/dataset.ts";
import { squaresDataset } from "../detection/sampleImages.ts";

/** Small pictures with bright and dark squares and their masks, in a temporary folder. */
export async function maskedSquares(
  splits: Record<SplitName, number>,
): Promise<{ dataset: Dataset; remove: () => Promise<void> }> {
  const { dataset, remove } = await squaresDataset(splits);
  const images = dataset.images.map((image) => ({
    ...image,
    objects: image.objects.map((one) => ({ ...one, segmentation: rleFromBox(one.box, image.height, image.width) })),
  }));
  return { dataset: { ...dataset, images }, remove };
}

/** The same with one class, so that squares lie beside each other. */
export function ofOneClass(dataset: Dataset): Dataset {
  const images = dataset.images.map((image) => ({
    ...image,
    objects: image.objects.map((one) => ({ ...one, class: 0 })),
  }));
  return { ...dataset, classes: ["square"], images };
}
