import { workerData } from "node:worker_threads";
import { answerTasks } from "../../src/base/threads.ts";
import { Random } from "../../src/base/random.ts";
import { drawCrop } from "../world/crop.ts";
import { openWorld, type StoredWorld } from "../world/world.ts";

/** A batch of crops to be drawn. */
export interface CropTask {
  seed: string;
  count: number;
  side: number;
}

/** [count, side, side, 3], and which thing each shows. */
export interface Crops {
  images: Uint8Array;
  things: number[];
}

const world = openWorld(workerData as StoredWorld);

answerTasks(
  ({ seed, count, side }: CropTask): Promise<Crops> => {
    const random = new Random(seed);
    const one = side * side * 3;
    const images = new Uint8Array(count * one);
    const things = Array.from({ length: count }, (_, i) =>
      drawCrop(random.fork(i), world, { width: side, height: side, rgb: images.subarray(i * one, (i + 1) * one) }),
    );
    return Promise.resolve({ images, things });
  },
  ({ images }) => [images.buffer],
);
