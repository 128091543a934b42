import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadEngine } from "../../src/engine/load.ts";
import { openModel } from "../../src/models.ts";
import { profileFiles, type WatchedModel } from "../../src/monitoring/profileFiles.ts";
import { readReference, writeReference } from "../../src/monitoring/referenceFile.ts";
import type { Profile } from "../../src/monitoring/profile.ts";
import { classifier, detector, reader, segmenter } from "../export/untrainedModels.ts";

const native = (await loadEngine()).name === "native";
const images = ["table_001.jpg", "table_002.jpg"].map((name) =>
  fileURLToPath(new URL(`../../annotations/images/${name}`, import.meta.url)),
);

const MODELS = {
  "a detector": detector(),
  "a classifier": classifier("small"),
  "a U-Net": segmenter({ kind: "unet", filters: 4, depth: 2 }),
  "a U-Net of valid convolutions": segmenter({ kind: "unet", filters: 4, depth: 2, padding: "valid" }),
  "an FCN": segmenter({ kind: "fcn", stride: 8, backbone: "small", width: 0.35 }),
  "a reader": reader("lstm"),
};

describe.runIf(native)("profileFiles", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "anchorkit-profiles-"));
    await writeFile(join(folder, "broken.jpg"), "no image");
    await sharp(images[0]).linear(0.5, 0).png().toFile(join(folder, "dark.png"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each(Object.entries(MODELS))(
    "says of images what %s makes of them, and goes on after a broken one",
    async (_, save) => {
      const model = (await openModel(await save(folder))) as WatchedModel;
      const files = [
        images[0] ?? "",
        join(folder, "broken.jpg"),
        join(folder, "dark.png"),
        images[1] ?? "",
        images[0] ?? "",
      ];
      const found: Profile[] = [];
      const broken: string[] = [];
      for await (const one of profileFiles(model, files)) {
        if ("error" in one) broken.push(one.error.message);
        else found.push({ ...one.profile, name: one.file });
      }
      expect(broken).toEqual([expect.stringMatching(/broken\.jpg: is no image/)]);
      const [first, dark, second, again] = found as [Profile, Profile, Profile, Profile];
      expect(again).toEqual(first);
      expect(dark.brightness / first.brightness).toBeCloseTo(0.5, 1);
      expect(first.embedding?.length).toBeGreaterThan(3);
      expect(first.embedding?.every(Number.isFinite)).toBe(true);
      expect(second.embedding).not.toEqual(first.embedding);
      expect(first.classes.every((k) => k < model.classes.length)).toBe(true);

      const file = join(folder, "reference.json");
      await writeReference(file, { weights: "w", source: "here", profiles: found });
      const { profiles } = await readReference(file, "w");
      expect(profiles).toEqual(found.map(({ file: __, ...one }) => one));
      await expect(readReference(file, "x")).rejects.toThrow(/is a reference of other weights/);
      const before = tf.memory().numTensors;
      model.dispose();
      expect(tf.memory().numTensors).toBeLessThan(before);
    },
  );
});
