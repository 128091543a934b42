import { expect, test } from "vitest";
import { describeSplits } from "../../src/cli/dataset.ts";

const counts = (objects: number) => ({
  train: { images: 1205, objects },
  val: { images: 1, objects: 0 },
  test: { images: 0, objects: 0 },
});

test("splits are told with their objects, and where images have labels alone without", () => {
  expect(describeSplits(counts(7))).toBe("train 1,205 images (7 objects), val 1 image (0 objects), test 0 images (0 objects)"); // prettier-ignore
  expect(describeSplits(counts(0))).toBe("train 1,205 images, val 1 image, test 0 images");
});
