import { expect, test } from "vitest";
import { count, countOf } from "../../src/base/words.ts";

test("so many of a thing, as English has it", () => {
  expect(countOf(1, "image")).toBe("1 image");
  expect(countOf(0, "image")).toBe("0 images");
  expect(countOf(2, "class")).toBe("2 classes");
  expect(countOf(1, "class")).toBe("1 class");
  expect(countOf(3, "box")).toBe("3 boxes");
  expect(countOf(3, "copy")).toBe("3 copies");
  expect(countOf(2, "key")).toBe("2 keys");
  expect(countOf(2, "batch")).toBe("2 batches");
  expect(countOf(20, "epoch")).toBe("20 epochs");
  expect(countOf(2, "wrong detection")).toBe("2 wrong detections");
  expect(countOf(12_345, "object")).toBe("12,345 objects");
});

test("thousands have commas", () => {
  expect(count(999)).toBe("999");
  expect(count(1_234_567)).toBe("1,234,567");
});
