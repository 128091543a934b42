/**
 * Recurrent layers beside Keras's in a tf.function (from PyPI, in a virtual environment made here), in turn: the outputs of
 * all steps, and those with the gradients of the input and of all weights.
 *
 *   npx tsx bench/recurrent.ts [--batch 32] [--steps 64] [--features 128] [--units 128] [--rounds 11] [--runs 10]
 *                              [--only lstm,gru] [--python <interpreter>]
 */
import { loadavg } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import * as tf from "@tensorflow/tfjs";
import { median } from "../src/base/statistics.ts";
import { Gru, Lstm } from "../src/core/index.ts";
import { variableOf } from "../src/core/namedWeights.ts";
import { compileProgram } from "../src/engine/graph/program.ts";
import type { Step } from "../src/engine/graph/step.ts";
import { loadEngine } from "../src/engine/load.ts";
import { startPeer } from "./peerProcess.ts";
import { pythonWith } from "./virtualEnvironment.ts";

const PEERS = ["tensorflow-cpu==2.21.0", "keras==3.15.1"];
const root = fileURLToPath(new URL("..", import.meta.url));
const { values } = parseArgs({
  options: {
    batch: { type: "string", default: "32" },
    steps: { type: "string", default: "64" },
    features: { type: "string", default: "128" },
    units: { type: "string", default: "128" },
    rounds: { type: "string", default: "11" },
    runs: { type: "string", default: "10" },
    only: { type: "string", default: "lstm,gru" },
    python: { type: "string" },
  },
});
const sizes = [values.batch, values.steps, values.features, values.units].map(Number) as [
  number,
  number,
  number,
  number,
];
const [batch, steps, features, units] = sizes;
const [rounds, runs] = [Number(values.rounds), Number(values.runs)];
const python =
  values.python ?? pythonWith(PEERS, join(root, "node_modules", ".cache", "anchorkit-bench", "python-keras"));

await loadEngine({ engine: "native" });
const peer = startPeer(python, [join(root, "bench", "recurrent", "peer.py"), ...sizes.map(String)]);
const x = tf.randomNormal([batch, steps, features], 0, 1, "float32", 1);
const upstream = tf.randomNormal([batch, steps, units], 0, 1, "float32", 2);

/** A program of the layer alone, and how long it took to compile it. */
async function programOf(layer: tf.layers.Layer) {
  layer.build(x.shape);
  const weights = layer.trainableWeights.map(variableOf);
  const inputs = { x: { shape: x.shape, dtype: "float32" as const } };
  const forward: Step = {
    inputs,
    run: ({ x }) => ({ outputs: { loss: (layer.apply(x as tf.Tensor) as tf.Tensor).mean() } }),
  };
  const both: Step = {
    inputs: { ...inputs, upstream: { shape: upstream.shape, dtype: "float32" } },
    run: ({ x, upstream }) => {
      const total = (...all: tf.Tensor[]): tf.Scalar => {
        const y = layer.apply(all[0] as tf.Tensor, { training: true }) as tf.Tensor;
        return y.mul(upstream as tf.Tensor).sum();
      };
      const { value, grads } = tf.valueAndGrads(total)([x as tf.Tensor, ...weights]);
      return { outputs: { loss: value, ...Object.fromEntries(grads.map((grad, i) => [`gradient${i}`, grad])) } };
    },
  };
  const begun = performance.now();
  const program = await compileProgram({ forward, both }, { variables: weights });
  const run = (what: "forward" | "both"): number => {
    const fed = what === "both" ? { x, upstream } : { x };
    let least = Infinity;
    for (let i = 0; i < runs; i++) {
      const start = performance.now();
      const found = program.run(what, fed);
      found.loss?.dataSync();
      least = Math.min(least, performance.now() - start);
      tf.dispose(found);
    }
    return least;
  };
  run("forward");
  run("both");
  return { run, compiling: (performance.now() - begun) / 1000 };
}

console.log(
  `batch ${batch}, ${steps} steps, ${features} features, ${units} units; ${rounds} rounds in turn, of each the least time of ${runs} runs; load of the machine ${loadavg()[0]?.toFixed(1)}\n`,
);
console.log(
  "| layer | | anchorkit, ms | Keras, ms | times as fast, median of the rounds | by the least of all | compiled in |",
);
console.log("| --- | --- | ---: | ---: | ---: | ---: | ---: |");
for (const name of values.only.split(",") as ("lstm" | "gru")[]) {
  const settings = { units, returnSequences: true, seed: 1 };
  const { run, compiling } = await programOf(name === "lstm" ? new Lstm(settings) : new Gru(settings));
  for (const what of ["forward", "both"] as const) {
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < rounds; round++) {
      ours.push(run(what));
      theirs.push((await peer.ask(`${name} ${what} ${runs}`)).seconds * 1000);
    }
    const ratios = ours.map((own, i) => (theirs[i] ?? NaN) / own);
    const [own, other] = [Math.min(...ours), Math.min(...theirs)];
    console.log(
      `| ${name} | ${what === "both" ? "forward and backward" : "forward"} | ${own.toFixed(1)} | ${other.toFixed(1)} | ${median(ratios).toFixed(2)} | ${(other / own).toFixed(2)} | ${compiling.toFixed(1)} s |`,
    );
  }
}
peer.end();
