import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { ImageRecord } from "../../../../src/data/dataset.ts";
import { rleFromBox } from "../../../../src/geometry/masks/polygonMask.ts";
import { labelMapOf } from "../../../../src/segmentation/targets/labelMapOf.ts";
import type { MeasuredImage } from "../../../../src/segmentation/measuring/measure.ts";
import { callCommand } from "../../command.ts";

/** A segmenter that overlooks the lowest row of each image, and finds each object but for that. */
const segmenter = {
  kind: "segmentation",
  classes: ["cat", "dog"],
  description: { classes: ["cat", "dog"] },
  async *segmentLabelled(images: readonly ImageRecord[], { instances }: { instances?: string | true }) {
    for (const image of images) {
      const { file, width, height, objects } = image;
      const truth = labelMapOf(image);
      const prediction = { ...truth, data: truth.data.slice().fill(0, width * (height - 1)) };
      const boxes = objects.map(({ box, class: k }) => ({ mask: rleFromBox(box, height, width), class: k, box }));
      const measured: MeasuredImage = { file, size: { width, height }, truth, prediction };
      yield await Promise.resolve(
        instances === undefined
          ? measured
          : { ...measured, instances: { truth: boxes, found: boxes.map((one) => ({ ...one, score: 0.9 })) } },
      );
    }
  },
  dispose: () => undefined,
};
vi.mock(import("../../../../src/cli/detect/openPredictor.ts"), async (original) => ({
  ...(await original()),
  kindOfRun: () => Promise.resolve("segmentation" as const),
  openPredictor: () => Promise.resolve(segmenter as never),
}));

const folder = mkdtempSync(join(tmpdir(), "anchorkit-segmenter-"));
const weights = join(folder, "run");
const data = join(folder, "labels.json");
beforeAll(async () => {
  mkdirSync(weights);
  const square = (x: number, y: number) => [x, y, x + 4, y, x + 4, y + 4, x, y + 4];
  const images = [1, 2].map((id) => ({ id, file_name: `${id}.png`, width: 12, height: 8, split: "test" }));
  const annotations = [
    { id: 1, image_id: 1, category_id: 1, bbox: [0, 4, 4, 4], segmentation: [square(0, 4)], area: 16, iscrowd: 0 },
    { id: 2, image_id: 2, category_id: 2, bbox: [5, 1, 4, 4], segmentation: [square(5, 1)], area: 16, iscrowd: 0 },
  ];
  const categories = ["cat", "dog"].map((name, i) => ({ id: i + 1, name }));
  writeFileSync(data, JSON.stringify({ images, annotations, categories }));
  for (const { file_name } of images) {
    const png = await sharp({ create: { width: 12, height: 8, channels: 3, background: "#456" } })
      .png()
      .toBuffer();
    writeFileSync(join(folder, file_name), png);
  }
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const evaluate = (...args: string[]) =>
  callCommand("detect", ["eval", "--data", data, "--weights", weights, "--split", "all", ...args]);

test("prints a line for each class, the mix-ups and the numbers over all", async () => {
  const { code, stdout } = await evaluate();
  expect(code).toBe(0);
  expect(stdout).toContain("class       of the pixels    IoU   Dice  accuracy  precision  boundary F1\n");
  expect(stdout).toContain("cat                 0.083  0.750  0.857     0.750      1.000");
  expect(stdout).toContain("cat              0.250  0.750  0.000\n");
  expect(stdout).toContain(`iou                     ${((0.75 + 1) / 2).toFixed(4)}\n`);
  expect(stdout).not.toContain("panoptic");
});

test("--json has the counts, and the numbers of each image", async () => {
  const { stdout } = await evaluate("--json");
  const document = JSON.parse(stdout) as Record<string, unknown>;
  expect(document).toMatchObject({ images: 2, classes: ["cat", "dog"], pixel_accuracy: 188 / 192 });
  expect(document.confusion).toEqual([
    [160, 0, 0],
    [4, 12, 0],
    [0, 0, 16],
  ]);
  expect(document.perImage).toMatchObject([{ iou: 0.75 }, { iou: 1 }]);
  expect(document.instances).toBeUndefined();
});

test("--format csv has all digits", async () => {
  const { stdout } = await evaluate("--format", "csv");
  expect(stdout).toContain(`\ncat,${16 / 192},0.75,${24 / 28},0.75,1,`);
});

test("--instances adds mask AP and panoptic quality; --things tells what is counted", async () => {
  const { code, stdout } = await evaluate("--instances", "watershed", "--things", "cat");
  expect(code).toBe(0);
  expect(stdout).toContain("cat          1  1.000  1.000  1.000  1.000\n");
  expect(stdout).not.toContain("dog          1");
  expect(stdout).toContain("cat     thing  1.000  1.000  1.000");
  expect(stdout).toContain("dog     stuff  1.000  1.000  1.000");
});

test("--fail-under knows the numbers over all, of a class and of objects", async () => {
  const short = await evaluate("--fail-under", "mean_iou=.99,IoU:cat=.8,iou:dog=.9");
  expect(short.code).toBe(1);
  expect(short.stderr).toMatch(
    /error: mean_iou is 0\.\d+, under 0\.99 by 0\.\d+; iou of cat is 0\.7500, under 0\.8 by/,
  );
  expect((await evaluate("--instances", "--fail-under", "AP50=.9,PQ:dog=.9")).code).toBe(0);
  const without = await evaluate("--fail-under", "AP50=.9");
  expect(without).toMatchObject({ code: 2, stdout: "" });
  expect(without.stderr).toContain("--fail-under AP50: is not measured here; there are mean_iou, iou,");
  expect((await evaluate("--fail-under", "accuracy=.9")).stderr).toContain("--fail-under accuracy: is not measured");
});

test.each([
  [["--map"], "--map is for detectors, and these are the weights of a model that segments: leave it out"],
  [["--explain"], "--explain is for detectors, and these are the weights of a model that segments: leave it out"],
  [["--things", "cat"], "--things is about single objects: it goes with --instances"],
  [["--instances", "--things", "cats"], '--things: there is no class "cats" (did you mean "cat"?)'],
  [["--instances", "touching"], "Allowed choices are components, watershed."],
])("%j is refused", async (args, words) => {
  const { code, stderr } = await evaluate(...args);
  expect(code).toBe(2);
  expect(stderr).toContain(words);
});
