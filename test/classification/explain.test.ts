import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ResizeRule } from "../../src/base/preprocessing.ts";
import { Random } from "../../src/base/random.ts";
import { Classifier } from "../../src/classification/classifier.ts";
import type { ClassifierDescription } from "../../src/classification/description.ts";
import { buildClassifier } from "../../src/classification/network.ts";
import { disposeWeights, namedWeights } from "../../src/core/namedWeights.ts";
import { openPrograms } from "../../src/engine/graph/program.ts";
import { loadEngine } from "../../src/engine/load.ts";
import { saveModelFolder } from "../../src/training/run/modelFolder.ts";

const native = (await loadEngine()).name === "native";
const folder = mkdtempSync(join(tmpdir(), "anchorkit-explain-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const CLASSES = ["dark", "bright"];

/** A classifier whose weights are set by hand: "bright" is how much of the image is brighter than grey. */
async function saveByHand(at: string, resize: ResizeRule): Promise<void> {
  const description: ClassifierDescription = {
    ...{ format: "anchorkit-classifier", version: 1, model: "small-cnn", classes: CLASSES, targets: "labels" },
    ...{ multiLabel: false, architecture: { backbone: "small", width: 1, dropout: 0, box: false } },
    preprocessing: {
      ...{ canvas: { width: 192, height: 128 }, resize, fill: 128 },
      ...{ mean: [128, 128, 128], deviation: [64, 64, 64] },
    },
  };
  const { model } = buildClassifier(description.architecture, 2, new Random(1));
  tf.tidy(() => {
    for (const [name, variable] of namedWeights(model)) {
      const [height = 0, width = 0, from = 0, to = 0] = variable.shape;
      const inPlace = /^stage\d_conv\/kernel$/.test(name); // the mean of the cells beneath, of the first channel alone
      const channels = name.startsWith("stage1") ? from : 1;
      const kernel = Array.from({ length: height * width * from * to }, (_, i) => {
        const first = i % to === 0 && Math.floor(i / to) % from < channels;
        return inPlace && first ? 1 / (height * width * channels) : 0;
      });
      if (variable.rank === 4) variable.assign(tf.tensor4d(kernel, [height, width, from, to]));
      else if (name === "classes/kernel")
        variable.assign(tf.tensor2d(Array.from({ length: height * 2 }, (_, i) => Number(i === 1)), [height, 2])); // prettier-ignore
      else if (!/gamma|variance/.test(name)) variable.assign(tf.zerosLike(variable));
    }
  });
  await saveModelFolder(at, { kind: "classification", description, network: model, averages: new Map() });
  disposeWeights(model);
}

type Box = readonly [number, number, number, number];

async function squareOn(width: number, height: number, [x1, y1, x2, y2]: Box): Promise<string> {
  const file = join(folder, `${width}x${height}-${x1}-${y1}.png`);
  const plain = (w: number, h: number, grey: number) =>
    sharp({ create: { width: w, height: h, channels: 3, background: { r: grey, g: grey, b: grey } } });
  const square = await plain(x2 - x1, y2 - y1, 250)
    .png()
    .toBuffer();
  await plain(width, height, 60)
    .composite([{ input: square, left: x1, top: y1 }])
    .toFile(file);
  return file;
}

const explain = async (model: Classifier, file: string, options = {}) => {
  for await (const one of model.explainFiles([file], options)) if ("explanations" in one) return one.explanations;
  return expect.fail(`${file} was not explained`);
};

describe.runIf(native)("what a classifier looks at", () => {
  const models = new Map<ResizeRule, Classifier>();
  beforeAll(async () => {
    for (const resize of ["fit", "crop"] as const) {
      await saveByHand(join(folder, resize), resize);
      models.set(resize, await Classifier.load(join(folder, resize), { precision: "float32", batch: 2 }));
    }
  });
  afterAll(() => {
    for (const model of models.values()) model.dispose();
    expect(openPrograms()).toBe(0);
  });

  it.each<[ResizeRule, number, number, Box]>([
    ["fit", 600, 120, [500, 0, 600, 110]], // wide: bands above and below
    ["fit", 600, 120, [0, 20, 120, 120]],
    ["fit", 90, 400, [0, 300, 90, 400]], // tall: bands at both sides
    ["fit", 90, 400, [0, 0, 90, 110]],
    ["fit", 384, 256, [20, 150, 120, 250]],
    ["crop", 600, 120, [310, 40, 370, 110]],
    ["crop", 90, 400, [50, 200, 90, 230]],
  ])("is the bright square, in pixels of the image: %s, %i x %i", async (resize, width, height, square) => {
    const model = models.get(resize) ?? expect.fail();
    const [{ class: k, peak } = expect.fail()] = await explain(model, await squareOn(width, height, square));
    expect(CLASSES[k]).toBe("bright");
    const [x1, y1, x2, y2] = square;
    const { x, y } = peak ?? expect.fail("nothing speaks for it");
    expect({ x, y, inside: x1 <= x && x <= x2 && y1 <= y && y <= y2 }).toEqual({ x, y, inside: true });
  });

  it("is nothing for a class that nothing speaks for; other layers, finer maps", async () => {
    const model = models.get("fit") ?? expect.fail();
    const file = await squareOn(384, 256, [20, 150, 120, 250]);
    const [dark] = await explain(model, file, { class: "dark" });
    expect(dark).toMatchObject({ class: 0, peak: undefined, map: { width: 6, height: 4 } });
    expect(model.lastMap).toBe("stage5_block1_relu");
    const [finer] = await explain(model, file, { layer: "stage3_conv_relu" });
    expect(finer?.map).toMatchObject({ width: 24, height: 16 });
    expect([finer?.peak?.x, finer?.peak?.y].every((place) => place !== undefined && place > 20 && place < 250)).toBe(
      true,
    );
    await expect(explain(model, file, { layer: "stage6_relu" })).rejects.toThrow(
      /^this model has no layer "stage6_relu" \(did you mean "stage\d_.*relu"\?\); there are \d+, from stage1_conv to stage5_block1_relu$/,
    );
    await expect(explain(model, file, { class: "brigth" })).rejects.toThrow(
      'this model has no class "brigth" (did you mean "bright"?); there are dark, bright',
    );
  });

  it("leaves no tensor behind, and goes on after a file that cannot be read", async () => {
    const model = models.get("fit") ?? expect.fail();
    const good = await squareOn(384, 256, [20, 150, 120, 250]);
    const broken = join(folder, "broken.png");
    writeFileSync(broken, "no image");
    const before = tf.memory().numTensors;
    const kinds: string[] = [];
    for await (const one of model.explainFiles([broken, good, good]))
      kinds.push("error" in one ? "error" : "explained");
    expect(kinds).toEqual(["error", "explained", "explained"]);
    expect(tf.memory().numTensors).toBe(before);
  });
});
