/**
 * Classification beside Keras (from PyPI, in a virtual environment made here), on the sign digits: training images/s of
 * the same MobileNetV2 0.35, all layers, Adam, float32, batches of 32 at 96 x 96 that are in memory, on the trainer of
 * `detect train`; of the same four-block network, with turns and shifts, by `fit` of anchorkit/keras; prediction images/s
 * from files. All in turn, in one run.
 *
 *   npx tsx bench/classification.ts --data <sign-digits> --backbones <folder of published weights>
 *     [--rounds 5] [--steps 30] [--images 400] [--precision float32|bfloat16] [--python <interpreter>]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import * as tf from "@tensorflow/tfjs";
import { Random } from "../src/base/random.ts";
import { median } from "../src/base/statistics.ts";
import { Classifier } from "../src/classification/classifier.ts";
import { classifierTask } from "../src/classification/classifierTask.ts";
import { MobilenetOptions } from "../src/classification/options.ts";
import { AugmentThreads } from "../src/data/augment/augmentThreads.ts";
import { CLASSIFIER_PRESETS } from "../src/data/augment/presets.ts";
import { memoryCache } from "../src/data/images/imageCache.ts";
import { limiter } from "../src/data/parallel.ts";
import { readDataset } from "../src/data/readDataset.ts";
import { decodeImage } from "../src/data/images/images.ts";
import { splitDataset } from "../src/data/split/splits.ts";
import { loadEngine } from "../src/engine/load.ts";
import { compile, layers, sequential } from "../src/keras/index.ts";
import { sparseCategoricalCrossentropy } from "../src/training/losses/index.ts";
import { saveCheckpoint } from "../src/training/run/checkpoint.ts";
import { Trainer } from "../src/training/trainer.ts";
import { type Measured, startPeer } from "./peerProcess.ts";
import { pythonWith } from "./virtualEnvironment.ts";

const PEERS = ["tensorflow-cpu==2.21.0", "keras==3.15.1", "numpy==2.4.6"];
const BATCH = 32;
const WARM_UP = 5;

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    backbones: { type: "string" },
    rounds: { type: "string", default: "5" },
    steps: { type: "string", default: "30" },
    images: { type: "string", default: "400" },
    precision: { type: "string", default: "float32" },
    python: { type: "string" },
  },
});
const root = fileURLToPath(new URL("..", import.meta.url));
const { data, backbones, precision } = values;
if (data === undefined || backbones === undefined) throw new Error("give --data and --backbones");
if (precision !== "float32" && precision !== "bfloat16") throw new Error("--precision is float32 or bfloat16");
const [rounds, steps, images] = [values.rounds, values.steps, values.images].map(Number) as [number, number, number];
const python =
  values.python ?? pythonWith(PEERS, join(root, "node_modules", ".cache", "anchorkit-bench", "python-keras"));

/** The same network on our trainer: every layer learns, normalisation by the statistics of the batch. */
async function startOurs(folder: string) {
  await loadEngine();
  const read = (await readDataset(join(String(data), "split.csv"))).dataset;
  const { dataset } = splitDataset(read, new Random(1));
  const random = new Random(1);
  const loading = { cache: memoryCache(2 ** 30), decoding: limiter(16), threads: new AugmentThreads() };
  const pretrained = join(String(backbones), "mobilenet_v2_0.35_224_notop");
  const task = await classifierTask(
    dataset,
    {
      ...{ ...MobilenetOptions.parse({ pretrained }), model: "mobilenet-v2", backbone: "mobilenet-v2" as const },
      ...{ batch: BATCH, augmentation: CLASSIFIER_PRESETS.none },
    },
    { loading, random, resumes: false },
  );
  const trainer = await Trainer.make(task, {
    ...{ precision: precision as "float32" | "bfloat16", fast: "float32", random },
    recipe: { optimizer: "adam", average: false, phases: [{ name: "all", from: 0, statistics: "batch" }] },
  });
  const batches = await Promise.all(Array.from({ length: 8 }, (_, i) => task.batches.batch(i)));
  let at = 0;
  const step = async (): Promise<void> => {
    const batch = batches[at % batches.length];
    if (batch) await trainer.train(batch, { step: at++, progress: 0, learningRate: 1e-4 });
  };
  for (let i = 0; i < WARM_UP; i++) await step();
  await saveCheckpoint(join(folder, "best"), task, trainer);
  const files = dataset.images.map(({ file }) => file).slice(0, images);
  const classifier = await Classifier.load(join(folder, "best"), { precision: precision as "float32" });
  return {
    async steps(count: number): Promise<Measured> {
      const begun = performance.now();
      for (let i = 0; i < count; i++) await step();
      return { seconds: (performance.now() - begun) / 1000, images: count * BATCH };
    },
    async predict(): Promise<Measured> {
      const begun = performance.now();
      let done = 0;
      for await (const one of classifier.predictFiles(files)) if ("probabilities" in one) done++;
      return { seconds: (performance.now() - begun) / 1000, images: done };
    },
    async end() {
      classifier.dispose();
      trainer.dispose();
      task.dispose();
      await loading.threads.close();
    },
  };
}

/** The peer's four blocks of convolution, normalisation, ReLU and maximum, trained by `fit`. */
async function startFourBlocks() {
  const [height, width] = [96, 96];
  const { classes, images: all } = (await readDataset(join(String(data), "split.csv"))).dataset;
  const read = all.slice(0, 8 * BATCH);
  const decoded = await Promise.all(read.map(({ file }) => decodeImage(file, { size: { height, width } })));
  const batches = Array.from({ length: 8 }, (_, i) => {
    const own = decoded.slice(i * BATCH, (i + 1) * BATCH);
    const x = tf.stack(own.map(({ data: bytes }) => tf.tensor3d(Float32Array.from(bytes), [height, width, 3])));
    const y = read.slice(i * BATCH, (i + 1) * BATCH).map(({ labels = [] }) => labels[0] ?? 0);
    return [x, tf.tensor1d(y)] as const;
  });
  const blocks = [32, 64, 128, 128].flatMap((filters) => [
    layers.conv2d({ filters, kernelSize: 3, padding: "same", useBias: false }),
    layers.batchNormalization(),
    layers.reLU(),
    layers.maxPooling2d({ poolSize: 2 }),
  ]);
  const model = sequential([
    layers.rescaling({ inputShape: [height, width, 3], scale: 1 / 255 }),
    layers.randomRotation({ factor: 15 / 360 }),
    layers.randomTranslation({ heightFactor: 0.1, widthFactor: 0.1 }),
    ...blocks,
    layers.globalAveragePooling2d({}),
    layers.dense({ units: classes.length }),
  ]);
  const compiled = await compile(model, {
    ...{ optimizer: "adam", loss: sparseCategoricalCrossentropy({ fromLogits: true }), metrics: ["accuracy"] },
    precision: precision as "float32",
  });
  function* endless() {
    for (let i = 0; ; i++) {
      const [x, y] = batches[i % batches.length] ?? [];
      if (x && y) yield [x.clone(), y.clone()] as const;
    }
  }
  const steps = async (count: number): Promise<Measured> => {
    const begun = performance.now();
    await compiled.fit(endless, { stepsPerEpoch: count });
    return { seconds: (performance.now() - begun) / 1000, images: count * BATCH };
  };
  await steps(WARM_UP);
  return {
    steps,
    end() {
      compiled.dispose();
    },
  };
}

const folder = mkdtempSync(join(tmpdir(), "anchorkit-bench-"));
const script = fileURLToPath(new URL("classification/peer.py", import.meta.url));
const peer = startPeer(python, [script, data, backbones]);
const ours = await startOurs(folder);
const fourBlocks = await startFourBlocks();
const rate = ({ seconds, images: done }: Measured): number => done / seconds;
const table: Record<string, { ours: number[]; keras: number[] }> = {
  MobileNetV2: { ours: [], keras: [] },
  "four blocks": { ours: [], keras: [] },
  prediction: { ours: [], keras: [] },
};
await peer.ask(`steps mobilenet ${WARM_UP}`);
await peer.ask(`steps cnn ${WARM_UP}`);
await peer.ask(`predict mobilenet ${Math.min(64, images)}`);
await ours.predict();
for (let round = 0; round < rounds; round++) {
  table.MobileNetV2?.keras.push(rate(await peer.ask(`steps mobilenet ${steps}`)));
  table.MobileNetV2?.ours.push(rate(await ours.steps(steps)));
  table["four blocks"]?.keras.push(rate(await peer.ask(`steps cnn ${steps}`)));
  table["four blocks"]?.ours.push(rate(await fourBlocks.steps(steps)));
  table.prediction?.keras.push(rate(await peer.ask(`predict mobilenet ${images}`)));
  table.prediction?.ours.push(rate(await ours.predict()));
}
peer.end();
await ours.end();
fourBlocks.end();
rmSync(folder, { recursive: true });

console.log(
  `training in batches of ${BATCH} at 96 x 96, ours in ${precision}, and prediction by MobileNetV2 0.35; images/s, median of ${rounds} rounds`,
);
for (const [what, { ours: own, keras }] of Object.entries(table)) {
  const ratios = own.map((value, i) => value / (keras[i] ?? NaN));
  const [low, high] = [Math.min(...ratios), Math.max(...ratios)].map((ratio) => ratio.toFixed(2));
  console.log(
    `${what.padEnd(12)} ours ${median(own).toFixed(0).padStart(5)}   Keras ${median(keras).toFixed(0).padStart(5)}   ratio ${median(ratios).toFixed(2)} (${low} to ${high})`,
  );
}
