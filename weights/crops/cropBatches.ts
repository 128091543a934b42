import { Random } from "../../src/base/random.ts";
import { startThread } from "../../src/base/thread.ts";
import { Threads } from "../../src/base/threads.ts";
import type { Preprocessing } from "../../src/base/preprocessing.ts";
import type { LabelBatch } from "../../src/data/batches/labelBatches.ts";
import type { Batches } from "../../src/training/task.ts";
import type { StoredWorld } from "../world/world.ts";
import type { Crops, CropTask } from "./cropThread.ts";

export interface CropBatchOptions {
  seed: string;
  batch: number;
  /** Things there are. */
  things: number;
  preprocessing: Preprocessing;
}

/** An endless stream of crops, each drawn once; batches made ahead, while steps run. */
export interface CropBatches extends Batches<LabelBatch> {
  close(): Promise<void>;
}

/** Batches that are drawn before they are asked for. */
const AHEAD = 3;

export function cropBatches(world: StoredWorld, options: CropBatchOptions): CropBatches {
  const { seed, batch, preprocessing } = options;
  const side = preprocessing.canvas.width;
  const start = () => startThread("cropThread", import.meta.url, world);
  const threads = new Threads<CropTask, Crops>(start, { work: "drawing", count: 1 });
  const begun = new Map<number, Promise<Crops>>();
  const crops = (index: number): Promise<Crops> => {
    const made = begun.get(index) ?? threads.run({ seed: `${seed} ${index}`, count: batch, side });
    begun.set(index, made);
    return made;
  };
  return {
    stepsPerEpoch: 250,
    async batch(index) {
      for (let i = index; i <= index + AHEAD; i++) crops(i).catch(() => undefined);
      const made = await crops(index);
      for (const old of begun.keys()) if (old < index) begun.delete(old);
      return labelBatch(made, options, new Random(`${seed} colours ${index}`));
    },
    namesOf: () => [],
    close: () => threads.close(),
  };
}

/** Normalised, and with other light over the whole picture. */
function labelBatch(
  { images, things }: Crops,
  { batch, things: count, preprocessing }: CropBatchOptions,
  random: Random,
): LabelBatch {
  const { mean, deviation } = preprocessing;
  const made: LabelBatch = {
    images,
    transforms: new Float32Array(batch * 8),
    colours: new Float32Array(batch * 9),
    shift: new Float32Array(batch * 3),
    targets: new Float32Array(batch * count),
    boxes: new Float32Array(batch * 4),
    files: things.map((_, i) => `crop ${i}`),
  };
  for (const [slot, thing] of things.entries()) {
    made.transforms.set([1, 0, 0, 0, 1, 0, 0, 0], slot * 8);
    made.targets[slot * count + thing] = 1;
    const [contrast, light, grey] = [
      Math.exp(random.normal(0, 0.2)),
      random.normal(0, 15),
      random.chance(0.15) ? 1 : 0,
    ];
    for (let to = 0; to < 3; to++) {
      const gain = contrast * Math.exp(random.normal(0, 0.08));
      for (let from = 0; from < 3; from++) {
        const share = (1 - grey) * (to === from ? 1 : 0) + grey / 3;
        made.colours[slot * 9 + to * 3 + from] = (gain * share) / (deviation[to] ?? 1);
      }
      made.shift[slot * 3 + to] = (128 * (1 - gain) + light - (mean[to] ?? 0)) / (deviation[to] ?? 1);
    }
  }
  return made;
}
