import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AnchorkitError } from "../../../src/base/errors.ts";
import { Random } from "../../../src/base/random.ts";
import { loadEngine } from "../../../src/engine/load.ts";
import { readManifest } from "../../../src/export/onnx/openOnnxModel.ts";
import { onnxFile } from "../../../src/export/onnx/onnxFile.ts";
import { encodeOnnx } from "../../../src/export/onnx/onnxModel.ts";
import { readOnnxMetadata } from "../../../src/export/onnx/onnxMetadata.ts";
import { openModel, type Predictor } from "../../../src/models.ts";
import { classifier, clips, detector, forecaster, reader, segmenter } from "../untrainedModels.ts";

const native = (await loadEngine()).name === "native";
const folder = await mkdtemp(join(tmpdir(), "anchorkit-opened-"));
const pictures = join(folder, "pictures");
const frames = join(folder, "frames");
const files = [0, 1, 2].map((i) => join(pictures, `${i}.png`));
const series = {
  file: join(folder, "series.csv"),
  columns: ["x"],
  values: Array.from({ length: 40 }, (_, i) => [Math.sin(i / 3)]),
};

beforeAll(async () => {
  await mkdir(pictures);
  await mkdir(frames);
  const random = new Random(2);
  for (const [i, file] of files.entries()) {
    const [width, height] = [90 + 20 * i, 70 - 10 * i];
    const data = Uint8Array.from({ length: 3 * 8 * 6 }, () => random.int(256));
    const small = sharp(data, { raw: { width: 8, height: 6, channels: 3 } });
    await writeFile(file, await small.resize(width, height, { kernel: "cubic" }).png().toBuffer());
    await writeFile(join(frames, `${i}.png`), await small.resize(60, 40).png().toBuffer());
  }
});
afterAll(() => rm(folder, { recursive: true }));

/** All numbers that a model says of the pictures, or of the series. */
async function said(model: Predictor): Promise<number[]> {
  const numbers: number[] = [];
  if (model.kind === "forecasting") {
    const { columns } = await model.forecast(series as never);
    return columns.flatMap(({ values }) => [...values]);
  }
  const asked = model.kind === "clips" ? [frames] : files;
  for await (const answer of model.predictFiles(asked)) {
    if ("error" in answer) throw answer.error;
    if ("detections" in answer) numbers.push(answer.detections.scores.length, ...answer.detections.boxes);
    else if ("labels" in answer) numbers.push(...answer.labels.data);
    else if ("text" in answer) numbers.push(answer.text.length, answer.confidence);
    else numbers.push(...answer.probabilities, ...("box" in answer ? (answer.box ?? []) : []));
  }
  return numbers;
}

describe.runIf(native)("a model of an exported file", () => {
  it.each([
    ["detector", detector({ scoreThreshold: 0.3 })],
    ["classifier with a box", classifier("small", { box: true })],
    ["segmenter", segmenter({ kind: "unet", filters: 4, depth: 2 })],
    ["classifier of clips", clips("gru", false)],
    ["reader", reader("gru")],
    ["forecaster", forecaster("gru")],
  ])("says what the run says: %s", async (_, save) => {
    const run = await openModel(await save(folder), { precision: "float32" });
    const here = await said(run);
    const file = join(folder, "model.onnx");
    await writeFile(file, await onnxFile(run.portable(2)));
    const opened = await openModel(file);
    expect(opened.kind).toBe(run.kind);
    expect(opened.description).toEqual(run.description);
    const there = await said(opened);
    expect(there).toHaveLength(here.length);
    here.forEach((value, i) => { expect(Math.abs((there[i] ?? NaN) - value)).toBeLessThan(run.kind === "detection" ? 0.05 : 1e-3); }); // prettier-ignore
    expect(() => opened.portable(1)).toThrow("take the run that it was exported from");
    opened.dispose();
    run.dispose();
  });

  it("has no options but its own", async () => {
    const run = await openModel(await classifier("small")(folder));
    const file = join(folder, "small.onnx");
    await writeFile(file, await onnxFile(run.portable(2)));
    run.dispose();
    await expect(openModel(file, { precision: "bfloat16" })).rejects.toThrow("leave out --precision bfloat16");
    await expect(openModel(file, { batch: 3 })).rejects.toThrow("exported for batches of 2, and cannot take 3");
  });
});

describe("what an ONNX file says of itself", () => {
  const file = join(folder, "some.onnx");
  const model = (metadata: Record<string, string>) =>
    encodeOnnx({
      graph: { name: "g", inputs: [], outputs: [], nodes: [], constants: [] },
      ...{ opset: 18, producer: { name: "somebody", version: "1" }, metadata },
    });

  it("is read by key, whatever else is there", async () => {
    await writeFile(file, model({ first: "1", "": "no key", second: "zwei ✓" }));
    expect(await readOnnxMetadata(file)).toEqual(new Map([["first", "1"], ["", "no key"], ["second", "zwei ✓"]])); // prettier-ignore
  });

  it.each([
    ["of somebody else", { names: "cat" }, "was not written by detect export"],
    ["damaged", { anchorkit: "{" }, "what it says of itself is damaged"],
    ["of a later version", { anchorkit: '{"format":"anchorkit-export","version":2}' }, "version"],
  ])("names a file %s", async (_, metadata, message) => {
    await writeFile(file, model(metadata));
    await expect(readManifest(file)).rejects.toThrow(message);
  });

  it("refuses what is no ONNX file in a line, and never crashes", async () => {
    const whole = model({ anchorkit: "x".repeat(50) });
    const damaged = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.nat({ max: whole.length - 1 }).map((length) => whole.slice(0, length)),
      fc.tuple(fc.nat({ max: whole.length - 1 }), fc.integer({ min: 0, max: 255 })).map(([at, byte]) => {
        const changed = whole.slice();
        changed[at] = byte;
        return changed;
      }),
    );
    await fc.assert(
      fc.asyncProperty(damaged, async (bytes) => {
        await writeFile(file, bytes);
        try {
          await readOnnxMetadata(file);
        } catch (error) {
          if (!(error instanceof AnchorkitError)) throw error;
          expect(error.message).toBe(`${file}: is no ONNX file, or is damaged`);
        }
      }),
      { numRuns: 300 },
    );
    await writeFile(file, await readFile(files[0] ?? ""));
    await expect(readOnnxMetadata(file)).rejects.toThrow("is no ONNX file");
  });
});
