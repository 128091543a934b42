/**
 * What an update of all weights costs: for each optimizer, the time of a whole training step of the default detector, and
 * of the same step without the update (gradients and their norm are computed all the same), run in turn.
 *
 *   npx tsx bench/optimizers.ts [--data <labels>] [--size 320] [--batch 4] [--steps 20] [--only adamw,sgd]
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
import { loadEngine } from "../src/engine/load.ts";
import { chooseFastPrecision } from "../src/engine/precision.ts";
import { modelNamed } from "../src/models.ts";
import type { Optimizer } from "../src/training/optimizers/optimizer.ts";
import { type OptimizerName, OPTIMIZERS } from "../src/training/optimizers/registry.ts";
import { FROM_SCRATCH, phaseAt } from "../src/training/recipe.ts";
import { trainStep } from "../src/training/steps.ts";
import { stepFeeds } from "../src/training/trainer.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values: options } = parseArgs({
  options: {
    data: { type: "string", default: join(root, "annotations") },
    size: { type: "string", default: "320" },
    batch: { type: "string", default: "4" },
    steps: { type: "string", default: "20" },
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
const [shape = {}] = Object.values(task.shapes);
const batch = await task.batches.batch(0);
const resting: Optimizer = { slots: [], update: () => new Map() };

console.log(
  `${(numbers / 1e6).toFixed(2)} million weights in ${weights.length} tensors, ${task.summary}, batches of ` +
    `${options.batch}, ${precision}; least of ${options.steps} steps of each in turn after 3; ` +
    `load of the machine ${loadavg()[0]?.toFixed(1)}\n`,
);
console.log(
  "| optimizer | step, ms | without update | update | CPU of a step, ms (median) | without update | update / step | of CPU |",
);
console.log("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
for (const name of options.only.split(",") as OptimizerName[]) {
  const { make, peakRate } = OPTIMIZERS[name];
  const optimizer = (await make()).for(weights);
  const slots = optimizer.slots.map(({ variable }) => variable);
  const stepWith = (one: Optimizer) =>
    trainStep(task, shape, { phase: phaseAt(FROM_SCRATCH, 0), weights, optimizer: one, clipNorm: 5 });
  const program = await compileProgram(
    { whole: stepWith(optimizer), without: stepWith(resting) },
    { variables: [...task.network.weights.map(variableOf), ...slots], precision },
  );
  const times: Record<"whole" | "without", number[]> = { whole: [], without: [] };
  const cpu: Record<"whole" | "without", number[]> = { whole: [], without: [] };
  const update = { number: 1, learningRate: peakRate * 1e-3 };
  for (let step = 0; step < Number(options.steps) + 3; step++) {
    const inputs = stepFeeds(task, batch, { step, random, update });
    for (const which of ["whole", "without"] as const) {
      const begun = performance.now();
      const used = process.cpuUsage();
      const outputs = program.run(which, inputs);
      for (const value of Object.values(outputs)) value.dataSync();
      const { user, system } = process.cpuUsage(used);
      if (step >= 3) times[which].push(performance.now() - begun);
      if (step >= 3) cpu[which].push((user + system) / 1000);
      tf.dispose(outputs);
    }
    tf.dispose(inputs);
  }
  program.dispose();
  tf.dispose(slots);
  const [whole, without] = [Math.min(...times.whole), Math.min(...times.without)];
  const [busy, busyWithout] = [median(cpu.whole), median(cpu.without)];
  const cells = [whole, without, whole - without, busy, busyWithout].map((time) => time.toFixed(1));
  const shares = [1 - without / whole, 1 - busyWithout / busy].map((share) => `${(100 * share).toFixed(1)}%`);
  console.log(`| ${name} | ${[...cells, ...shares].join(" | ")} |`);
}
task.dispose();
await threads.close();

function median(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN;
}
