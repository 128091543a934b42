/**
 * Moving shapes whose direction only the order of frames tells (annotations/drawing/clipSet.ts): what an LSTM, a GRU and the
 * mean of the frames reach on the test clips in the same minutes, and how many frames a second they train and predict.
 *
 *   npx tsx bench/clips.ts [--minutes 2] [--seed 7] [--models lstm,gru,mean]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { drawClipSet } from "../annotations/drawing/clipSet.ts";
import { readDataset } from "../src/data/readDataset.ts";
import { openModel, trainModel } from "../src/models.ts";
import { measureClips } from "../src/sequence/clips/measure.ts";

const MODELS: Readonly<Record<string, Record<string, unknown>>> = {
  lstm: { rnn: "lstm" },
  gru: { rnn: "gru" },
  mean: { temporal: "mean" },
};

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "2" },
    seed: { type: "string", default: "7" },
    models: { type: "string", default: Object.keys(MODELS).join(",") },
  },
});
const folder = mkdtempSync(join(tmpdir(), "anchorkit-bench-clips-"));
try {
  const data = join(folder, "shapes");
  await drawClipSet(values.seed, data);
  const { dataset } = await readDataset(data, { clips: true });
  const test = dataset.images.filter(({ split }) => split === "test");
  const frames = test.reduce((sum, { frames: own = [] }) => sum + own.length, 0);
  console.log(`${dataset.images.length} clips, ${test.length} of them for test; ${values.minutes} minutes each`);
  console.log("| joined by | test accuracy | minutes | trained, frames/s | predicted, frames/s |");
  console.log("| --------- | ------------- | ------- | ----------------- | ------------------- |");
  for (const name of values.models.split(",")) {
    const out = join(folder, name);
    let rate = NaN;
    const { seconds } = await trainModel(
      "cnn-lstm",
      dataset,
      MODELS[name] ?? {},
      {
        out,
        minutes: Number(values.minutes),
        batch: 16,
        seed: 1,
        engine: "native",
        precision: "auto",
        tensorboard: false,
      },
      {},
      { progress: ({ samplesPerSecond }) => { rate = samplesPerSecond; } }, // prettier-ignore
    );
    const model = await openModel(out);
    if (model.kind !== "clips") throw new Error(`${out}: no classifier of clips`);
    const begun = performance.now();
    const found = await model.classifyLabelled(test);
    const predicted = frames / ((performance.now() - begun) / 1000);
    model.dispose();
    const { single } = measureClips(found, dataset.classes);
    const perClip = frames / test.length;
    console.log(
      `| ${name} | ${single.accuracy.toFixed(4)} | ${(seconds / 60).toFixed(2)} | ${(rate * perClip).toFixed(0)} | ${predicted.toFixed(0)} |`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
