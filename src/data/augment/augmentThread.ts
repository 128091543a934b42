import { answerTasks } from "../../base/threads.ts";
import { augmentImage, type Sample } from "./apply/augmentImage.ts";
import type { AugmentTask } from "./augmentThreads.ts";

/** What runs in each of `AugmentThreads`. */
answerTasks(augmented, ({ image }) => [image.pixels.buffer]);

async function augmented({ draw, samples }: AugmentTask): Promise<Sample> {
  const sampleOf = (index: number): Promise<Sample> => Promise.resolve(samples.get(index) as Sample);
  const { image, annotations } = await sampleOf(draw.layers[0]?.image ?? 0);
  return augmentImage(image, annotations, draw, { sampleOf, masks: false });
}
