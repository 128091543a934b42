import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { batchNormalization } from "../../examples/batch-normalization.ts";
import { imageDataGenerator } from "../../examples/image-data-generator.ts";
import { mobileNet } from "../../examples/mobilenet.ts";
import { drawSigns } from "../../examples/pictures.ts";
import { session } from "../../examples/session.ts";
import { signLanguage } from "../../examples/sign-language.ts";
import { vgg16 } from "../../examples/vgg16.ts";
import { openPrograms } from "../../src/engine/graph/program.ts";

const folder = await mkdtemp(join(tmpdir(), "anchorkit-examples-"));
const signs = join(folder, "signs");
let tensors = 0;

beforeAll(() => drawSigns(signs, { perClass: 24 }));
beforeEach(() => {
  tensors = tf.memory().numTensors;
});
afterEach(() => {
  expect(openPrograms()).toBe(0);
  expect(tf.memory().numTensors).toBe(tensors);
});
afterAll(() => rm(folder, { recursive: true }));

it("sign-language.ts learns signs, and keeps the best weights and the latest checkpoints", async () => {
  const out = join(folder, "run");
  const lines: string[] = [];
  await drawSigns(join(folder, "more"), { perClass: 80 });
  const { accuracy, epochs } = await signLanguage(join(folder, "more"), {
    epochs: 14,
    out,
    log: (line) => lines.push(line),
  });
  expect(accuracy).toBeGreaterThan(0.6); // a third by guessing
  expect(await readdir(join(out, "checkpoints"))).toHaveLength(Math.min(3, epochs));
  expect(await readdir(join(out, "best"))).toEqual(["model.json", "weights.bin"]);
  expect(lines.at(-1)).toMatch(
    /^epoch \d+\/14: .* s, loss [\d.]+, accuracy [\d.]+, val_loss [\d.]+, val_accuracy [\d.]+$/,
  );
});

it("batch-normalization.ts halves its learning rate where the accuracy no longer rises, and logs epochs", async () => {
  const csv = join(folder, "epochs.csv");
  const { rates } = await batchNormalization(signs, { epochs: 8, csv, log: () => undefined });
  const [head = "", ...rows] = (await readFile(csv, "utf8")).trim().split("\n");
  expect(head).toContain("val_recall");
  const accuracies = rows.map((row) => Number(row.split(",")[head.split(",").indexOf("val_accuracy")]));
  expect(rates).toEqual(halvedWhereFlat(accuracies));
});

it("batch-normalization.ts halves its learning rate every other epoch where nothing is left to learn", async () => {
  const one = join(folder, "one");
  await cp(join(signs, (await readdir(signs))[0] ?? ""), join(one, "only"), { recursive: true });
  const { rates, accuracy } = await batchNormalization(one, {
    epochs: 6,
    csv: join(folder, "one.csv"),
    log: () => undefined,
  });
  expect(accuracy).toBe(1);
  expect(rates).toEqual([0.001, 0.001, 0.001, 0.0005, 0.0005, 0.00025].map((rate): unknown => expect.closeTo(rate, 9)));
});

it("vgg16.ts trains the last layer alone", async () => {
  const { trained, loss = [] } = await vgg16(signs, { side: 32, topUnits: 16, epochs: 2 });
  expect(trained).toEqual(["own/kernel", "own/bias"]);
  expect(loss).toHaveLength(2);
  expect(loss.every(Number.isFinite)).toBe(true);
});

it("mobilenet.ts trains the last 23 layers of a network cut at its fifth layer from the end", async () => {
  const { trained, loss } = await mobileNet(signs, { side: 32, epochs: 1 });
  expect(loss).toBeGreaterThan(0);
  // pooling, flattening and the new layer, three blocks of six layers, and two layers of the block before
  const blocks = [11, 12, 13].flatMap((n) => [
    `conv_dw_${n}/depthwise_kernel`,
    ...[`conv_dw_${n}_bn/gamma`, `conv_dw_${n}_bn/beta`, `conv_pw_${n}/kernel`],
    ...[`conv_pw_${n}_bn/gamma`, `conv_pw_${n}_bn/beta`],
  ]);
  expect(trained).toEqual(["conv_pw_10_bn/gamma", "conv_pw_10_bn/beta", ...blocks, "own/kernel", "own/bias"]);
});

it("image-data-generator.ts learns from images that are varied", async () => {
  const { loss, accuracy } = await imageDataGenerator(signs, { epochs: 2 });
  expect(loss).toBeLessThan(1.2); // log(3) is 1.1
  expect(accuracy).toBeGreaterThan(0);
});

it("session.ts finds the line through points", async () => {
  const { slope, height, at10, losses } = await session();
  expect(slope).toBeCloseTo(2, 3);
  expect(height).toBeCloseTo(1, 3);
  expect(at10).toBeCloseTo(21, 2);
  expect(losses[0]).toBe(21); // of (1 + 9 + 25 + 49) / 4
  expect(losses.at(-1)).toBeLessThan(1e-6);
});

/** The rates of ReduceLROnPlateau with a patience of 2 and a factor of 0.5, from the accuracy of each epoch. */
function halvedWhereFlat(accuracies: readonly number[]): unknown[] {
  let [rate, best, wait] = [0.001, -Infinity, 0];
  return accuracies.map((accuracy) => {
    const during = expect.closeTo(rate, 9) as unknown;
    wait = accuracy > best + 1e-4 ? 0 : wait + 1;
    best = wait === 0 ? accuracy : best;
    if (wait === 2) [rate, wait] = [rate / 2, 0];
    return during;
  });
}
