import { expect, test } from "vitest";
import { seenIn } from "../../../src/cli/detect/measuredData.ts";
import type { ImageRecord } from "../../../src/data/dataset.ts";
import type { Seen } from "../../../src/data/split/applyManifest.ts";

/** Of images that were seen as said: by themselves, by a copy, or not. */
function words(...how: (Seen | undefined)[]): string {
  const images = how.map((_, i): ImageRecord => ({ id: i, file: `${i}.jpg`, width: 8, height: 6, objects: [] }));
  const seen = new Map<ImageRecord, Seen>();
  for (const [i, image] of images.entries()) {
    const one = how[i];
    if (one) seen.set(image, one);
  }
  return seenIn(images, seen);
}

test("what a training has seen of the images that it is measured on is said as it is, of none, one, several and all", () => {
  expect(words(undefined, undefined)).toBe("");
  expect(words("itself", undefined)).toBe("; 1 of them was trained on");
  expect(words("itself", undefined, "itself")).toBe("; 2 of them were trained on");
  expect(words("itself")).toBe("; it was trained on");
  expect(words("itself", "itself")).toBe("; all of them were trained on");
  expect(words("copy", undefined)).toBe("; 1 of them is a copy of an image that was trained on");
  expect(words("copy", "itself", "copy")).toBe(
    "; 1 of them was trained on; 2 of them are copies of images that were trained on",
  );
  expect(words(...new Array<Seen>(1200).fill("copy"), undefined)).toMatch(/^; 1,200 of them are copies of images/);
});
