import { parentPort } from "node:worker_threads";
import { augmentImage, type Sample } from "./apply/augmentImage.ts";
import type { AugmentAnswer, AugmentTask } from "./augmentThreads.ts";

/** What runs in each of `AugmentThreads`: a task comes in, an image goes out. */
parentPort?.on("message", (task: AugmentTask & { number: number }) => {
  void answerTo(task).then((answer) => {
    const pixels = answer.sample?.image.pixels.buffer;
    parentPort?.postMessage(answer, pixels instanceof ArrayBuffer ? [pixels] : []);
  });
});

async function answerTo({ number, draw, samples }: AugmentTask & { number: number }): Promise<AugmentAnswer> {
  try {
    return { number, sample: await augmented({ draw, samples }) };
  } catch (error) {
    return { number, error };
  }
}

async function augmented({ draw, samples }: AugmentTask): Promise<Sample> {
  const sampleOf = (index: number): Promise<Sample> => Promise.resolve(samples.get(index) as Sample);
  const { image, annotations } = await sampleOf(draw.layers[0]?.image ?? 0);
  return augmentImage(image, annotations, draw, { sampleOf, masks: false });
}
