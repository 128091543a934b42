import { startThread } from "../../base/thread.ts";
import { Threads } from "../../base/threads.ts";
import type { Sample } from "./apply/augmentImage.ts";
import type { Draw } from "./draw/draw.ts";

/** What a thread needs for one augmented image: the draw, and the images that it names. */
export interface AugmentTask {
  draw: Draw;
  samples: Map<number, Sample>;
}

/**
 * Threads that augment images while a training step blocks the main one. They begin with the first image; how many
 * there are does not change a bit of what comes out.
 */
export class AugmentThreads {
  readonly #threads: Threads<AugmentTask, Sample>;

  /** @param count one less than there are cores, but 1 to 4, unless told */
  constructor(count?: number) {
    const start = () => startThread("augmentThread", import.meta.url);
    this.#threads = new Threads(start, { work: "augmentation", count });
  }

  /** As `augmentImage` does it, without outlines and masks of objects. */
  augment({ draw, samples }: AugmentTask): Promise<Sample> {
    return this.#threads.run({
      draw,
      samples: new Map([...samples].map(([index, sample]) => [index, bare(sample)])),
    });
  }

  /** Ends the threads; images that are under way, or come later, fail. */
  close(): Promise<void> {
    return this.#threads.close();
  }
}

/** What is copied for the thread: no other bytes of a shared buffer, nothing else of the record. */
function bare({ image, annotations: { width, height, objects, labelMap } }: Sample): Sample {
  return {
    image: { width: image.width, height: image.height, pixels: alone(image.pixels) },
    annotations: { width, height, objects, ...(labelMap && { labelMap: { ...labelMap, data: alone(labelMap.data) } }) },
  };
}

function alone(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
}
