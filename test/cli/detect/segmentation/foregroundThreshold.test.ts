import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Random } from "../../../../src/base/random.ts";
import { loadEngine } from "../../../../src/engine/load.ts";
import { callCommand } from "../../command.ts";
import { saveSegmenter } from "./untrainedSegmenter.ts";

await loadEngine();
const folder = mkdtempSync(join(tmpdir(), "anchorkit-threshold-"));
const [data, weights, several] = ["labels.json", "one", "two"].map((name) => join(folder, name)) as [
  ...[string, string, string],
];

beforeAll(async () => {
  const [width, height] = [48, 32];
  const random = new Random(7);
  const images = [1, 2].map((id) => ({ id, file_name: `${id}.png`, width, height, split: "val" }));
  const square = [8, 8, 40, 8, 40, 28, 8, 28];
  const annotations = [1, 2].map((id) => ({
    ...{ id, image_id: id, category_id: 1, bbox: [8, 8, 32, 20], area: 640, iscrowd: 0, segmentation: [square] },
  }));
  writeFileSync(data, JSON.stringify({ images, annotations, categories: [{ id: 1, name: "cell" }] }));
  for (const { file_name } of images) {
    const pixels = Uint8Array.from({ length: width * height * 3 }, () => random.int(256));
    await sharp(pixels, { raw: { width, height, channels: 3 } }).toFile(join(folder, file_name));
  }
  await saveSegmenter(weights, ["cell"], "fit");
  await saveSegmenter(several, ["cell", "nucleus"], "fit");
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const evaluate = (...args: string[]) => callCommand("detect", ["eval", "--data", data, "--json", ...args]);

async function iouAt(...thresholds: string[]): Promise<number> {
  const { stdout, stderr, code } = await evaluate("--weights", weights, "--split", "val", ...thresholds);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return (JSON.parse(stdout) as { iou: number }).iou;
}

test("eval chooses a threshold on val, keeps it in the model, and finds it there again", async () => {
  const none = await evaluate("--weights", weights, "--split", "val", "--thresholds", "val");
  expect(none.code).toBe(1);
  expect(none.stderr).toContain("--thresholds choose");

  const chosen = await iouAt("--thresholds", "choose");
  const { thresholds } = JSON.parse(readFileSync(join(weights, "segmenter.json"), "utf8")) as { thresholds: number[] };
  expect(thresholds).toHaveLength(1);
  expect(await iouAt("--thresholds", "val")).toBe(chosen);
  expect(await iouAt("--thresholds", String(thresholds[0]))).toBe(chosen);
  expect(await iouAt()).toBe(chosen); // it is the model's own now
  // all pixels: 640 of 1536 are of the object
  expect(await iouAt("--thresholds", "0")).toBeCloseTo(640 / 1536, 3);
  expect(chosen).toBeGreaterThanOrEqual(640 / 1536 - 1e-3);
});

test.each([
  ["--thresholds choose is for the validation images: give --split val, not all", "one", "all", "choose"],
  ["--thresholds is for one class", "two", "val", "choose"],
  ["--thresholds is for one class", "two", "val", "0.4"],
])("refused in a line: %s", async (words, run, split, which) => {
  const { code, stderr } = await evaluate("--weights", join(folder, run), "--split", split, "--thresholds", which);
  expect(code).toBe(2);
  expect(stderr).toContain(words);
});
