/**
 * What an update of all weights costs: for each optimizer, a whole training step of the default detector, the same with
 * the update in plain ops alone, and without any update (gradients and their norm are computed all the same), in turn.
 *
 *   npx tsx bench/optimizers.ts [--data <labels>] [--size 320] [--batch 4] [--steps 40] [--only adamw,sgd]
 */
import { loadavg } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import * as tf from "@tensorflow/tfjs";
import { Random } from "../src/base/random.ts";
import { variableOf } from "../src/core/namedWeights.ts";
import { AugmentThreads } from "../src/data/augment/augmentThreads.ts";
import { openLoading } from "../src/data/images/openImageCache.ts";
import { readDataset } from "../src/data/readDataset.ts";
import { splitDataset } from "../src/data/split/splits.ts";
import { compileProgram } from "../src/engine/graph/program.ts";
import { withTarget } from "../src/engine/graph/target.ts";
import { loadEngine } from "../src/engine/load.ts";
import { chooseFastPrecision } from "../src/engine/precision.ts";
import { modelNamed } from "../src/models.ts";
import type { Optimizer } from "../src/training/optimizers/optimizer.ts";
import { type OptimizerName, OPTIMIZERS } from "../src/training/optimizers/registry.ts";
import { FROM_SCRATCH, phaseAt } from "../src/training/recipe.ts";
import { trainStep } from "../src/training/steps.ts";
import { ofShape } from "../src/training/trainingProgram.ts";
import { stepFeeds } from "../src/training/trainer.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values: options } = parseArgs({
  options: {
    data: { type: "string", default: join(root, "annotations") },
    size: { type: "string", default: "320" },
    batch: { type: "string", default: "4" },
    steps: { type: "string", default: "40" },
    only: { type: "string", default: Object.keys(OPTIMIZERS).join(",") },
  },
});
const engine = await loadEngine({ engine: "native" });
const precision = chooseFastPrecision(engine);
const { dataset: labels } = await readDataset(options.data);
const { dataset } = splitDataset(labels, new Random(1));
const threads = new AugmentThreads();
const random = new Random(1);
const family = modelNamed("faster-rcnn");
const task = await family.prepare(
  dataset,
  { ...family.options.parse({ size: Number(options.size) }), batch: Number(options.batch) },
  { loading: { ...(await openLoading({ cache: "ram" }, "ram")), threads }, random, resumes: false },
);
const weights = task.network.trainableWeights.map(variableOf);
const numbers = weights.reduce((sum, { size }) => sum + size, 0);
const [[shapeName, shape] = ["", {}]] = Object.entries(task.shapes);
const batch = await task.batches.batch(0);
const resting: Optimizer = { slots: [], update: () => new Map() };

console.log(
  `${(numbers / 1e6).toFixed(2)} million weights in ${weights.length} tensors, ${task.summary}, batches of ` +
    `${options.batch}, ${precision}; ${options.steps} rounds after 3: least time, median CPU; ` +
    `load of the machine ${loadavg()[0]?.toFixed(1)}\n`,
);
console.log("| optimizer | step, ms | CPU, ms | update, of time | of CPU | in plain ops, of time | of CPU |");
console.log("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
for (const name of options.only.split(",") as OptimizerName[]) {
  const { make, peakRate } = OPTIMIZERS[name];
  const optimizer = (await make()).for(weights);
  const slots = optimizer.slots.map(({ variable }) => variable);
  const plain: Optimizer = { slots: [], update: (...rest) => withTarget("portable", () => optimizer.update(...rest)) };
  const stepWith = (one: Optimizer) =>
    trainStep(ofShape(task, shapeName), shape, {
      phase: phaseAt(FROM_SCRATCH, 0),
      weights,
      optimizer: one,
      clipNorm: 5,
    });
  const program = await compileProgram(
    { whole: stepWith(optimizer), plain: stepWith(plain), without: stepWith(resting) },
    { variables: [...task.network.weights.map(variableOf), ...slots], precision },
  );
  const rounds: Record<"whole" | "plain" | "without", { time: number; cpu: number }>[] = [];
  const update = { number: 1, learningRate: peakRate * 1e-3 };
  for (let step = 0; step < Number(options.steps) + 3; step++) {
    const inputs = stepFeeds(task, batch, { step, random, update });
    const run = (which: string): { time: number; cpu: number } => {
      const begun = performance.now();
      const used = process.cpuUsage();
      const outputs = program.run(which, inputs);
      for (const value of Object.values(outputs)) value.dataSync();
      const { user, system } = process.cpuUsage(used);
      tf.dispose(outputs);
      return { time: performance.now() - begun, cpu: (user + system) / 1000 };
    };
    const round = { without: run("without"), whole: run("whole"), plain: run("plain") };
    if (step >= 3) rounds.push(round);
    tf.dispose(inputs);
  }
  program.dispose();
  tf.dispose(slots);
  const of = { time: (all: number[]) => Math.min(...all), cpu: median };
  const cost = (which: "whole" | "plain" | "without", what: "time" | "cpu"): number =>
    of[what](rounds.map((round) => round[which][what]));
  const share = (which: "whole" | "plain", what: "time" | "cpu"): string =>
    `${(100 * (1 - cost("without", what) / cost(which, what))).toFixed(1)} %`;
  const whole = [cost("whole", "time").toFixed(1), cost("whole", "cpu").toFixed(1)];
  const shares = (["whole", "plain"] as const).flatMap((which) => [share(which, "time"), share(which, "cpu")]);
  console.log(`| ${[name, ...whole, ...shares].join(" | ")} |`);
}
task.dispose();
await threads.close();

function median(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN;
}
