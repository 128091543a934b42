import { expect, test } from "vitest";
import { nearest } from "../../src/geometry/nearest.ts";

test("a name with a letter missing, swapped or added is found", () => {
  const names = ["epochs", "minutes", "batch", "lr"];
  expect(nearest("epoch", names)).toBe("epochs");
  expect(nearest("mintues", names)).toBe("minutes");
  expect(nearest("batchh", names)).toBe("batch");
});

test("the closest of several similar names is taken", () => {
  expect(nearest("trian", ["train", "trail"])).toBe("train");
  expect(nearest("trail", ["train", "trail"])).toBe("trail");
});

test("a name that resembles none gets no suggestion", () => {
  expect(nearest("colour", ["epochs", "minutes"])).toBeUndefined();
  expect(nearest("x", ["lr"])).toBeUndefined();
  expect(nearest("epochs", [])).toBeUndefined();
});
