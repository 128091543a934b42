import { messageOf } from "../../../base/errors.ts";
import { type FittedImage, readFitted } from "../../../data/images/fittedFiles.ts";
import { openModel } from "../../../models.ts";
import type { TimedForm, TimeTask } from "./timeForm.ts";

// What runs in a process of its own, so that the memory of one form is not counted with another's.

/** Images that are looked at before any is timed: what runs a model prepares itself at first. */
const WARM_UP = 5;

process.once("message", (task: TimeTask) => {
  void time(task)
    .catch((error: unknown) => ({ failed: messageOf(error) }))
    .then((reply) => process.send?.(reply, () => { process.disconnect(); })); // prettier-ignore
});

async function time({ path, files, rounds }: TimeTask): Promise<TimedForm> {
  const model = await openModel(path, { batch: 1 });
  if (!("predictFitted" in model)) throw new Error(`${path}: its model looks at no single images`);
  const images: FittedImage[] = [];
  for (const file of files) {
    const image = await readFitted(file, model.description.preprocessing);
    if (!("error" in image)) images.push(image);
  }
  for (const image of images.slice(0, WARM_UP)) await model.predictFitted([image]);
  const milliseconds: number[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const image of images) {
      const began = performance.now();
      await model.predictFitted([image]);
      milliseconds.push(performance.now() - began);
    }
  }
  return { milliseconds, memory: process.resourceUsage().maxRSS * 1024 };
}
