import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test, vi } from "vitest";
import type { Dataset, LabelledObject } from "../../../../src/data/dataset.ts";
import { exportLabels } from "../../../../src/data/exportLabels.ts";
import { type FormatId, FORMAT_IDS } from "../../../../src/data/formats/format.ts";
import { maskOf } from "../../../../src/data/formats/masks/maskPng.ts";
import { FORMATS } from "../../../../src/data/formats/registry.ts";
import { readDataset } from "../../../../src/data/readDataset.ts";
import { encodeMask } from "../../../../src/geometry/masks/encodeMask.ts";
import { maskBox } from "../../../../src/geometry/masks/maskExtent.ts";
import type { Rle } from "../../../../src/geometry/masks/rle.ts";
import { photoFolder } from "../../helpers.ts";

const { folder: photoRoot, photos } = await photoFolder(["a.jpg"]);
afterAll(() => rm(photoRoot, { recursive: true }));
// Where images that label files hold go to.
vi.stubEnv("XDG_CACHE_HOME", join(photoRoot, "cache"));
const [photo = { file: "", width: 0, height: 0 }] = photos;

/** Formats with outlines; in that of mask images, no two objects share a pixel. */
const TESTED = FORMAT_IDS.filter((id) => FORMATS[id].holds.includes("segmentation") && id !== "masks");

/** Formats that keep run lengths as such; COCO has them for crowds alone. */
const KEEPS_RUNS: readonly FormatId[] = ["labelme", "cvat", "labelstudio", "tfrecord"];

/** Blobs, rings and crumbs: parts and holes of all kinds. */
const mask: fc.Arbitrary<Rle> = fc
  .array(fc.tuple(fc.nat(99), fc.nat(79), fc.nat(12), fc.constantFrom(0, 1, 1)), { minLength: 1, maxLength: 12 })
  .map((discs) => {
    const pixels = new Uint8Array(photo.width * photo.height);
    for (const [cx, cy, radius, value] of discs) {
      for (const at of pixels.keys()) {
        const [x, y] = [at % photo.width, Math.floor(at / photo.width)];
        if (Math.hypot(x - cx, y - cy) <= radius) pixels[at] = value;
      }
    }
    return encodeMask(pixels, photo.height, photo.width);
  })
  .filter(({ counts }) => counts.length > 1);

const object = fc.tuple(mask, fc.nat(1)).map(([segmentation, id]): LabelledObject => {
  return { box: maskBox(segmentation), class: id, segmentation };
});

test.each(TESTED)("%s: masks with holes and in parts, written and read again, have the same pixels", async (format) => {
  const root = await mkdtemp(join(tmpdir(), "anchorkit-masks-"));
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(object, { minLength: 1, maxLength: 3 }), async (objects) => {
      const before: Dataset = { classes: ["a", "b"], images: [{ id: 1, ...photo, split: "val", objects }] };
      const folder = join(root, String(run++));
      await exportLabels(before, format, folder);
      const { dataset } = await readDataset(folder);
      const after = dataset.images[0]?.objects ?? [];
      expect(after.map((one) => dataset.classes[one.class])).toEqual(objects.map((one) => before.classes[one.class]));
      for (const [i, one] of after.entries()) {
        expect(maskOf(one, photo)).toEqual(objects[i]?.segmentation);
        expect(Array.isArray(one.segmentation)).toBe(!KEEPS_RUNS.includes(format));
        for (const [at, corner] of one.box.entries()) expect(corner).toBeCloseTo(objects[i]?.box[at] ?? NaN, 4);
      }
    }),
    { numRuns: 15, seed: 1 },
  );
  await rm(root, { recursive: true });
});
