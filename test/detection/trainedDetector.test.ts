import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../src/base/random.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { Detector } from "../../src/detection/detector.ts";
import { trainDetector } from "../../src/detection/trainDetector.ts";
import { loadEngine } from "../../src/engine/load.ts";
import { squaresDataset } from "./sampleImages.ts";
import { naiveIou, type Box } from "./support.ts";

const native = (await loadEngine()).name === "native";

/** Ninety-six steps with a fixed seed: the same weights each time. */
describe.runIf(native)("a detector trained on 64 images", { timeout: 600_000 }, () => {
  let dataset: Dataset;
  let remove: () => Promise<void>;
  let out: string;
  let detector: Detector;

  beforeAll(async () => {
    ({ dataset, remove } = await squaresDataset({ train: 64, val: 2, test: 16 }));
    out = await mkdtemp(join(tmpdir(), "anchorkit-trained-"));
    await trainDetector(dataset, {
      ...{ out, size: 96, batch: 4, seed: 3, optimizer: "adamw", flip: "horizontal", backbone: "small", width: 1 },
      ...{ precision: "float32", engine: "native", epochs: 6, tensorboard: false },
    });
    detector = await Detector.load(join(out, "last"), { precision: "float32", batch: 4 });
  }, 600_000);

  afterAll(async () => {
    detector.dispose();
    await remove();
    await rm(out, { recursive: true });
  });

  it("finds what is in others: AP50 over 0.8 (0.91 when this was written)", async () => {
    const { AP50, AP } = await detector.evaluate(dataset.images.filter(({ split }) => split === "test"));
    expect(AP50).toBeGreaterThan(0.8);
    expect(AP).toBeGreaterThan(0.45);
  });

  // On the canvas of 96 x 64 they are half their size, with bands of 24 pixels at both sides, or of 16 above and below.
  it.each<[string, number, number, Box, Box]>([
    ["taller", 96, 128, [10, 14, 44, 48], [50, 76, 84, 110]],
    ["wider", 192, 64, [20, 6, 56, 42], [130, 22, 166, 58]],
  ])(
    "finds it in an image %s than its canvas, in the image's own pixels",
    async (name, width, height, bright, dark) => {
      const random = new Random(7);
      const pixels = Uint8Array.from({ length: 3 * width * height }, () => 100 + random.int(56));
      for (const [[x1, y1, x2, y2], value] of [
        [bright, 240],
        [dark, 15],
      ] as const) {
        for (let y = y1; y < y2; y++) pixels.fill(value, 3 * (y * width + x1), 3 * (y * width + x2));
      }
      const file = join(out, `${name}.png`);
      await sharp(pixels, { raw: { width, height, channels: 3 } })
        .png()
        .toFile(file);
      for await (const found of detector.predictFiles([file])) {
        if ("error" in found) throw found.error;
        expect(found).toMatchObject({ size: { width, height } });
        const { boxes, classes } = found.detections;
        for (const [label, box] of [bright, dark].entries()) {
          const best = classes.indexOf(label); // scores fall
          const corners = [...boxes.subarray(4 * best, 4 * best + 4)] as Box;
          expect(naiveIou(corners, box), `${corners.map(Math.round).join()} for ${box.join()}`).toBeGreaterThan(0.5);
        }
      }
    },
  );
});
