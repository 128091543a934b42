import type { Size } from "../base/preprocessing.ts";
import type { Random } from "../base/random.ts";
import { augmentImage } from "../data/augment/apply/augmentImage.ts";
import type { Augmentation } from "../data/augment/description.ts";
import { drawAugmentation } from "../data/augment/draw/drawAugmentation.ts";
import type { ImageRecord } from "../data/dataset.ts";
import { ImageStore } from "../data/images/imageStore.ts";
import type { SheetImage } from "./contactSheet.ts";

export interface AugmentedOptions {
  augmentation: Augmentation;
  /** Size of what the network would see. */
  canvas: Size;
  /** How many variations of an image. */
  draws: number;
  random: Random;
}

/**
 * Answers for each image its variations, as training would see them, with the labels that go with them. They depend on
 * the image's place in the list and the state of `random` alone.
 *
 * @param images those that may be combined with others, too
 */
export function augmentedVersions(
  images: readonly ImageRecord[],
  { augmentation, canvas, draws, random }: AugmentedOptions,
): (index: number) => Promise<SheetImage[]> {
  const store = new ImageStore(images, { canvas, resize: "fit" });
  const sampleOf = async (index: number) => ({ image: await store.get(index), annotations: store.record(index) });
  const version = async (index: number, number: number): Promise<SheetImage> => {
    const draw = drawAugmentation(random.fork(`${index} ${number}`), augmentation, { images, index, canvas });
    const { image, annotations } = await sampleOf(index);
    const augmented = await augmentImage(image, annotations, draw, { sampleOf });
    const { pixels: data, width, height } = augmented.image;
    const labels = augmented.annotations.objects;
    return { image: { data, width, height }, labels, title: `variation ${number} (${labels.length})` };
  };
  return (index) => Promise.all(Array.from({ length: draws }, (_, i) => version(index, i + 1)));
}
