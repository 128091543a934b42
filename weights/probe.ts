/**
 * The probe of the recipe, see README.md: what a linear classifier makes of the features of a backbone that stays as it
 * is, on real pictures. Prints the share of test pictures that it tells.
 *
 *     npx tsx weights/probe.ts <data>... [--run weights/cache/crops]... [--keras <folder or file>]...
 */
import { basename } from "node:path";
import { parseArgs } from "node:util";
import * as tf from "@tensorflow/tfjs";
import type { Preprocessing } from "../src/base/preprocessing.ts";
import { Random } from "../src/base/random.ts";
import { classifierData } from "../src/classification/classifierData.ts";
import { type Backbone, buildBackbone } from "../src/core/backbones/index.ts";
import { setKerasWeights } from "../src/core/kerasWeights.ts";
import { setMatchingWeights } from "../src/core/matchingWeights.ts";
import { disposeWeights } from "../src/core/namedWeights.ts";
import { readPublishedBackbone } from "../src/core/publishedBackbone.ts";
import { normalizeImages } from "../src/core/ops/images.ts";
import type { ImageRecord } from "../src/data/dataset.ts";
import { canvasBatch, fittedRecords } from "../src/data/images/canvasImages.ts";
import { ImageStore } from "../src/data/images/imageStore.ts";
import { readDataset } from "../src/data/readDataset.ts";
import { imagesIn, splitDataset } from "../src/data/split/splits.ts";
import { loadEngine } from "../src/engine/load.ts";
import { modelFolderOf, readModelWeights } from "../src/training/run/modelFolder.ts";
import { SCALING } from "./crops/cropTask.ts";
import { ridge } from "./ridge.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    run: { type: "string", multiple: true, default: [] },
    keras: { type: "string", multiple: true, default: [] },
    side: { type: "string", default: "96" },
  },
});
const side = Number(values.side);
const BATCH = 32;

async function backbones(): Promise<[name: string, Backbone][]> {
  const made: [string, Backbone][] = [["random weights", buildBackbone("small", { random: new Random(1) })]];
  for (const run of values.run) {
    const backbone = buildBackbone("small", { random: new Random(1) });
    setMatchingWeights(backbone.model, await readModelWeights(modelFolderOf(run)));
    made.push([run, backbone]);
  }
  for (const path of values.keras) {
    const published = await readPublishedBackbone(path);
    const backbone = buildBackbone(published.backbone, { random: new Random(1), ...published });
    setKerasWeights(backbone, published);
    made.push([basename(path), backbone]);
  }
  return made;
}

/** The means of the maps of strides 8, 16 and 32, side by side, of each image. */
async function featuresOf(backbone: Backbone, images: readonly ImageRecord[]): Promise<Float64Array[]> {
  const canvas = { width: side, height: side };
  const preprocessing: Preprocessing = { canvas, resize: "fit", fill: 114, ...SCALING, ...backbone.preprocessing };
  const maps = backbone.features.filter(({ stride }) => stride >= 8).map(({ output }) => output);
  const model = tf.model({ inputs: backbone.model.inputs, outputs: maps });
  const rows: Float64Array[] = [];
  for await (const fitted of fittedRecords(new ImageStore(images, preprocessing), BATCH)) {
    const pixels = canvasBatch(fitted, fitted.length, preprocessing);
    const pooled = tf.tidy(() => {
      const input = normalizeImages(
        tf.tensor4d(Float32Array.from(pixels), [fitted.length, side, side, 3]),
        preprocessing,
      );
      const outputs = model.predict(input);
      const means = (Array.isArray(outputs) ? outputs : [outputs]).map((map) =>
        map.mean([1, 2]).as2D(fitted.length, -1),
      );
      return tf.concat2d(means, 1);
    });
    const found = await pooled.array();
    pooled.dispose();
    rows.push(...found.map((row) => Float64Array.from(row)));
  }
  return rows;
}

await loadEngine({ engine: "native" });
for (const path of positionals) {
  const read = (await readDataset(path)).dataset;
  const { dataset } = splitDataset(classifierData(splitDataset(read, new Random(1)).dataset).dataset, new Random(1));
  const splits = (["train", "val", "test"] as const).map((split) => imagesIn(dataset, split));
  for (const [name, backbone] of await backbones()) {
    const parts = [];
    for (const images of splits)
      parts.push({
        features: await featuresOf(backbone, images),
        labels: images.map(({ labels = [] }) => labels[0] ?? 0),
      });
    const [train, val, test] = parts;
    if (!train || !val || !test) continue;
    const share = ridge(train, val, test, dataset.classes.length);
    console.log(
      `${path} (${train.labels.length} to learn, ${test.labels.length} test): ${name}: ${(100 * share).toFixed(1)} %`,
    );
    disposeWeights(backbone.model);
  }
}
