import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeFileAtomic } from "../../src/base/files.ts";
import { Random } from "../../src/base/random.ts";
import { loadEngine } from "../../src/engine/load.ts";
import { encodeSavedModel } from "../../src/engine/graph/graphDef.ts";
import { graphModelFiles } from "../../src/export/graphModel/graphModelFiles.ts";
import { onnxFile } from "../../src/export/onnx/onnxFile.ts";
import { savedModelFiles } from "../../src/export/savedModel/savedModelFiles.ts";
import { openModel, type Predictor } from "../../src/models.ts";
import { classifier, clips, detector, forecaster, reader, segmenter } from "./untrainedModels.ts";

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
    const onnx = join(folder, "model.onnx");
    await writeFile(onnx, await onnxFile(run.portable(2)));
    const places = [
      onnx,
      await folderOf({ ...(await savedModelFiles(run.portable(1))) }, "models/7"),
      await folderOf({ ...(await graphModelFiles(run.portable(2))) }, "site"),
    ];
    for (const place of places) {
      const opened = await openModel(place.replace(/\/7$/, "")); // of several versions the newest is taken
      expect(opened.kind).toBe(run.kind);
      expect(opened.description).toEqual(run.description);
      const there = await said(opened);
      expect(there).toHaveLength(here.length);
      here.forEach((value, i) => { expect(Math.abs((there[i] ?? NaN) - value)).toBeLessThan(run.kind === "detection" ? 0.05 : 1e-3); }); // prettier-ignore
      expect(() => opened.portable(1)).toThrow("take the run that it was exported from");
      opened.dispose();
    }
    run.dispose();
  });

  it("has no options but its own", async () => {
    const run = await openModel(await classifier("small")(folder));
    const file = join(folder, "small.onnx");
    await writeFile(file, await onnxFile(run.portable(2)));
    const saved = await folderOf({ ...(await savedModelFiles(run.portable(1))) }, "saved");
    run.dispose();
    await expect(openModel(file, { precision: "bfloat16" })).rejects.toThrow("leave out --precision bfloat16");
    await expect(openModel(file, { batch: 3 })).rejects.toThrow("exported for batches of 2, and cannot take 3");
    (await openModel(saved, { batch: 3 })).dispose();
  });

  it("is refused in a line where TensorFlow cannot read it, or cannot ask it", async () => {
    const run = await openModel(await classifier("small")(folder));
    const files = await savedModelFiles(run.portable(1));
    run.dispose();
    const short = await folderOf({ ...files, "saved_model.pb": files["saved_model.pb"].subarray(0, 5000) }, "short");
    await expect(openModel(short)).rejects.toThrow(/short.saved_model\.pb: TensorFlow cannot read it/);
    const other = await folderOf({ ...files, "saved_model.pb": encodeSavedModel({ nodes: [] }) }, "other");
    await expect(openModel(other)).rejects.toThrow("cannot be asked for canvases");
    await expect(openModel(await folderOf({ "saved_model.pb": Buffer.alloc(0) }, "foreign"))).rejects.toThrow(
      "was not written by detect export",
    );
  });
});

/** Writes files into a new folder, and gives its path. */
async function folderOf(contents: Record<string, Uint8Array>, name: string): Promise<string> {
  const into = join(folder, name);
  await rm(into, { recursive: true, force: true });
  for (const [file, bytes] of Object.entries(contents)) await writeFileAtomic(join(into, file), bytes);
  return into;
}
