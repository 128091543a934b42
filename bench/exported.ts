/**
 * An exported detector beside the run that it was exported from, on images of a data set: how many detections agree, and how
 * far they are apart; and the time an image takes, in turn, one thread each. Needs onnxruntime-node.
 *
 *   npx tsx bench/exported.ts --run <run of a detector> --data <dataset> [--split test] [--images 50] [--rounds 5]
 */
import { parseArgs } from "node:util";
import * as tf from "@tensorflow/tfjs";
import { median } from "../src/base/statistics.ts";
import { readDataset } from "../src/data/readDataset.ts";
import { Detector } from "../src/detection/detector.ts";
import { compilePortable } from "../src/export/compilePortable.ts";
import { onnxFile } from "../src/export/onnx/onnxFile.ts";
import { openOnnx } from "../src/export/onnx/onnxSession.ts";
import { canvasInputs, LEAST_SCORE, scored } from "./exportedDetector.ts";

for (const name of ["TF_NUM_INTRAOP_THREADS", "OMP_NUM_THREADS"]) process.env[name] = "1";

const { values } = parseArgs({
  options: {
    run: { type: "string" },
    data: { type: "string" },
    split: { type: "string", default: "test" },
    images: { type: "string", default: "50" },
    rounds: { type: "string", default: "5" },
  },
});
const { run, data } = values;
if (run === undefined || data === undefined) throw new Error("give --run and --data");

const detector = await Detector.load(run, { precision: "float32", batch: 1 });
const model = detector.portable(1);
const { preprocessing } = detector.description;
const { dataset } = await readDataset(data);
const records = dataset.images.filter(({ split }) => split === values.split).slice(0, Number(values.images));
const inputs = await canvasInputs(records, preprocessing);
const program = await compilePortable(model);
const began = performance.now();
const bytes = await onnxFile(model);
const seconds = (performance.now() - began) / 1000;
const session = await openOnnx(bytes, { threads: 1 });

const totals = { detections: 0, unmatched: 0, pixels: 0, scores: 0 };
const times: Record<"own" | "onnx", number[]> = { own: [], onnx: [] };
for (let round = 0; round < Number(values.rounds); round++) {
  for (const one of inputs) {
    const own = performance.now();
    const here = program.run("step", one);
    (here.boxes as tf.Tensor).dataSync();
    const between = performance.now();
    const there = await session.run(one);
    times.own.push(between - own);
    times.onnx.push(performance.now() - between);
    if (round === 0) {
      const found = model.compare?.(scored(here), scored(there)) ?? {};
      totals.detections += found.detections ?? NaN;
      totals.unmatched += found.unmatched ?? NaN;
      totals.pixels = Math.max(totals.pixels, found.pixels ?? NaN);
      totals.scores = Math.max(totals.scores, found.scores ?? NaN);
    }
    tf.dispose([here, there]);
  }
}
const [own, onnx] = [median(times.own), median(times.onnx)];
console.log(`${inputs.length} images, ${totals.detections} detections with a score of ${LEAST_SCORE} and more`);
console.log(`without a twin ${totals.unmatched}, at most ${totals.pixels.toExponential(1)} px and ${totals.scores.toExponential(1)} in score apart`); // prettier-ignore
console.log(`exported in ${seconds.toFixed(2)} s, ${(bytes.length / 1e6).toFixed(1)} MB`);
console.log(
  `an image, one thread, median: own ${own.toFixed(1)} ms, ONNX ${onnx.toFixed(1)} ms, ${(onnx / own).toFixed(2)} times`,
);
