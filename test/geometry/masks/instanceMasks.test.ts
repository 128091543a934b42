import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { instanceMap, instanceMasks } from "../../../src/geometry/index.ts";
import { drawnLabels, labelCases } from "../regions/labelCases.ts";
import { drawn } from "./rleCases.ts";

describe("instanceMasks", () => {
  it("has a mask for each object, an empty one where no pixel is left", () => {
    const { labels, size } = drawnLabels("1.3", "13.");
    const masks = [drawn("#..", "#.."), drawn("...", "..."), drawn("..#", ".#.")];
    expect(instanceMasks(labels, 3, size)).toEqual(masks);
  });

  it("gives masks that draw the map again", () => {
    fc.assert(
      fc.property(labelCases(5), ({ labels, size }) => {
        expect(instanceMap(instanceMasks(labels, 5, size), size)).toEqual(Uint16Array.from(labels));
      }),
    );
  });

  it("refuses numbers beyond the objects", () => {
    expect(() => instanceMasks(Int32Array.of(0, 2), 1, { width: 1, height: 2 })).toThrow(
      new RangeError("instanceMasks: pixel 1: must be 0 to 1, got 2"),
    );
  });
});
