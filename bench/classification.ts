/**
 * Classification beside Keras (from PyPI, in a virtual environment made here), on the sign digits: training images/s of
 * the same MobileNetV2 0.35, all layers, Adam, float32, batches of 32 at 96 x 96 that are in memory; prediction images/s
 * from files. Both in turn, in one run.
 *
 *   npx tsx bench/classification.ts --data <sign-digits> --backbones <folder of published weights>
 *     [--rounds 5] [--steps 30] [--images 400] [--precision float32|bfloat16] [--python <interpreter>]
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
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
import { splitDataset } from "../src/data/split/splits.ts";
import { loadEngine } from "../src/engine/load.ts";
import { saveCheckpoint } from "../src/training/run/checkpoint.ts";
import { Trainer } from "../src/training/trainer.ts";
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

interface Measured {
  seconds: number;
  images: number;
}

/** Keras in a process of its own, which answers a line for a line. */
function startPeer(): { ask(command: string): Promise<Measured>; end(): void } {
  const script = fileURLToPath(new URL("classification/peer.py", import.meta.url));
  const child = spawn(python, [script, String(data), String(backbones)], { stdio: ["pipe", "pipe", "ignore"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<unknown> => JSON.parse(String((await lines.next()).value));
  const ready = answer();
  return {
    async ask(command) {
      await ready;
      child.stdin.write(`${command}\n`);
      const got = (await answer()) as Measured & { error?: string };
      if (got.error !== undefined) throw new Error(`the peer: ${got.error}`);
      return got;
    },
    end() {
      child.kill();
    },
  };
}

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

const folder = mkdtempSync(join(tmpdir(), "anchorkit-bench-"));
const peer = startPeer();
const ours = await startOurs(folder);
const rate = ({ seconds, images: done }: Measured): number => done / seconds;
const table: Record<string, { ours: number[]; keras: number[] }> = {
  training: { ours: [], keras: [] },
  prediction: { ours: [], keras: [] },
};
await peer.ask(`steps mobilenet ${WARM_UP}`);
await peer.ask(`predict mobilenet ${Math.min(64, images)}`);
await ours.predict();
for (let round = 0; round < rounds; round++) {
  table.training?.keras.push(rate(await peer.ask(`steps mobilenet ${steps}`)));
  table.training?.ours.push(rate(await ours.steps(steps)));
  table.prediction?.keras.push(rate(await peer.ask(`predict mobilenet ${images}`)));
  table.prediction?.ours.push(rate(await ours.predict()));
}
peer.end();
await ours.end();
rmSync(folder, { recursive: true });

console.log(
  `MobileNetV2 0.35 at 96 x 96, batches of ${BATCH}, ours in ${precision}; images/s, median of ${rounds} rounds`,
);
for (const [what, { ours: own, keras }] of Object.entries(table)) {
  const ratios = own.map((value, i) => value / (keras[i] ?? NaN));
  const [low, high] = [Math.min(...ratios), Math.max(...ratios)].map((ratio) => ratio.toFixed(2));
  console.log(
    `${what.padEnd(12)} ours ${median(own).toFixed(0).padStart(5)}   Keras ${median(keras).toFixed(0).padStart(5)}   ratio ${median(ratios).toFixed(2)} (${low} to ${high})`,
  );
}
