import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, vi } from "vitest";
import type { Dataset, ImageRecord, LabelledObject } from "../../../src/data/dataset.ts";
import { exportLabels } from "../../../src/data/exportLabels.ts";
import type { Extra, FormatId } from "../../../src/data/formats/format.ts";
import { FORMATS } from "../../../src/data/formats/registry.ts";
import { tidyClassName } from "../../../src/data/placing/classNames.ts";
import { readDataset } from "../../../src/data/readDataset.ts";
import { rleFromPolygons } from "../../../src/geometry/masks/polygonMask.ts";
import { photoFolder } from "../helpers.ts";

/** How exactly a format gives back what it was given. */
export interface Limits {
  /** How far a corner may move, in pixels. */
  precision: number;
  /** Whether images without objects may be missing afterwards: false unless said. */
  losesBackgrounds?: true;
  /** Whether outlines become masks of pixels. */
  rasterizes?: true;
}

/** The extras of the objects below. */
const MADE_UP = ["difficult", "truncated", "occluded", "pose", "score", "attributes"] as const;

// Names with spaces, quotes, letters of other languages, a dot, and the same name in two folders.
const { folder: photoRoot, photos } = await photoFolder([
  'a b/it\'s "one".jpg',
  "a b/кот 猫 🐈.jpg",
  "c/кот 猫 🐈.jpg",
  "c/x.y.jpg",
]);
afterAll(() => rm(photoRoot, { recursive: true }));
// Where images that label files hold go to.
vi.stubEnv("XDG_CACHE_HOME", join(photoRoot, "cache"));

/** Both ends of a side, two pixels apart at least: fractions, or whole pixels, at the image's borders often. */
const ends = (limit: number) => {
  const fraction = fc.double({ min: 0, max: 1, noNaN: true }).map((share) => share * (limit - 2));
  const whole = fc.oneof(fc.constantFrom(0, 1, limit - 3, limit - 2), fc.nat(limit - 2));
  return fc
    .oneof(fc.tuple(fraction, fraction), fc.tuple(whole, whole))
    .map(([a, b]) => [Math.min(a, b), Math.max(a, b) + 2] as const);
};

const bare: fc.Arbitrary<LabelledObject> = fc.record(
  {
    box: fc.tuple(ends(100), ends(80)).map(([[x1, x2], [y1, y2]]): LabelledObject["box"] => [x1, y1, x2, y2]),
    class: fc.nat(2),
    difficult: fc.constant(true),
    truncated: fc.constant(true),
    occluded: fc.constant(true),
    pose: fc.constantFrom("Left", "von rechts <oben>", "左"),
    score: fc.double({ min: 0, max: 1, noNaN: true }),
    attributes: fc.dictionary(fc.constantFrom("colour", "größe"), fc.constantFrom("rot & grün", 2.5, true), {
      minKeys: 1,
    }),
  },
  { requiredKeys: ["box", "class"] },
);

/** Some objects have an outline: the triangle of three corners of the box. */
const object = fc.tuple(bare, fc.boolean()).map(([labelled, outlined]): LabelledObject => {
  const [x1, y1, x2, y2] = labelled.box;
  return outlined ? { ...labelled, segmentation: [[x1, y1, x2, y1, x2, y2]] } : labelled;
});

const perImage = <T>(value: fc.Arbitrary<T>) => fc.array(value, { minLength: photos.length, maxLength: photos.length });

/** What some format takes for something else: separators, quotes, comments, numbers, flags, marks of markup. */
const NASTY = [
  ...["a, b", "a;b", "a\tb", "two\nlines", "x: y", "# x", "- a", "a #b", "[a]", "{a: b}", "*a", "&a", "!a", "%a", "@a"],
  ...['"a"', '"', "'", "it's", "`", "\\", "\\n", "a/b", "..", ".", "&amp;", "<b>", "]]>", "<!--", "%20", "$1", "a|b"],
  ...["007", "1e3", "0x1f", "12:30", "no", "null", "~", "NaN", "true", "2020-01-01", "name", "class", "background"],
  ...["e\u0301", "\u00a0x\u00a0y", "x\u2028y", "👩‍👩‍👧", "constructor", "__proto__", "object"],
].map(tidyClassName);

const className = fc
  .oneof(fc.constantFrom(...NASTY), fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }).map(tidyClassName))
  .filter((name) => name !== "");
const classes: fc.Arbitrary<string[]> = fc.oneof(
  { weight: 1, arbitrary: fc.constant<string[]>(["cat & 'dog'", 'the "red" one', "кот 猫 🐈"]) },
  { weight: 3, arbitrary: fc.uniqueArray(className, { minLength: 3, maxLength: 3 }) },
);

const dataset: fc.Arbitrary<Dataset> = fc
  .tuple(
    classes,
    perImage(fc.array(object, { maxLength: 4 })),
    perImage(fc.constantFrom("train", "val", "test")),
    perImage(fc.boolean()),
  )
  .map(([names, objects, splits, verified]): Dataset => {
    const images = photos.map((photo, i): ImageRecord => ({
      ...{ id: i + 1, ...photo, objects: objects[i] ?? [] },
      ...(splits[i] && { split: splits[i] }),
      ...(verified[i] && { verified: true }),
    }));
    return { classes: names, images };
  });

/** The images, in the order of their widths, which tell which is which. */
function imagesOf({ images }: Dataset, { losesBackgrounds }: Limits): ImageRecord[] {
  return images.filter(({ objects }) => objects.length > 0 || !losesBackgrounds).toSorted((a, b) => a.width - b.width);
}

/** What must come back of each image, beside the coordinates. */
function summary(set: Dataset, format: FormatId, limits: Limits) {
  const holds = (extra: Extra) => FORMATS[format].holds.includes(extra);
  return imagesOf(set, limits).map(({ width, split, verified, objects }) => ({
    ...{ width, split: holds("split") && split, verified: holds("verified") && (verified ?? false) },
    objects: objects.map((object) => ({
      name: set.classes[object.class],
      extras: MADE_UP.filter(holds).map((extra) => [extra, object[extra]]),
    })),
  }));
}

/** How far the numbers of two lists are apart at most. */
function distance(a: readonly number[], b: readonly number[]): number {
  return a.length === b.length ? Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? NaN)))) : Infinity;
}

/**
 * Writes made-up data sets in a format of the registry and reads them again without saying which format it is: every box
 * must be within the format's precision, and every extra that it holds must be there.
 */
export async function checkRoundTrip(format: FormatId, limits: Limits): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), "anchorkit-round-"));
  let run = 0;
  await fc.assert(
    fc.asyncProperty(dataset, async (before) => {
      fc.pre(imagesOf(before, limits).length > 0);
      const folder = join(root, String(run++));
      await exportLabels(before, format, folder);
      const { dataset: after, format: found } = await readDataset(folder);
      expect(found).toBe(format);
      expect(summary(after, format, limits)).toEqual(summary(before, format, limits));
      const again = imagesOf(after, limits).flatMap(({ objects }) => objects);
      const widths = imagesOf(after, limits).flatMap(({ objects, width }) => objects.map(() => width));
      const { precision } = limits;
      for (const [i, { box, segmentation }] of imagesOf(before, limits)
        .flatMap(({ objects }) => objects)
        .entries()) {
        expect(distance(again[i]?.box ?? [], box)).toBeLessThanOrEqual(precision);
        if (!segmentation || !FORMATS[format].holds.includes("segmentation")) continue;
        if (limits.rasterizes) {
          expect(again[i]?.segmentation).toEqual(rleFromPolygons(segmentation as number[][], 80, widths[i] ?? 0));
          continue;
        }
        const outline = again[i]?.segmentation as number[][] | undefined;
        expect(distance(outline?.flat() ?? [], (segmentation as number[][]).flat())).toBeLessThanOrEqual(precision);
      }
    }),
    { numRuns: 25 },
  );
  await rm(root, { recursive: true });
}
