import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rleFromString, rleToString } from "../../../src/geometry/index.ts";
import { oracle } from "./rleCases.ts";

const counts = fc.array(fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 2 ** 23 })), {
  minLength: 1,
  maxLength: 20,
});

describe("compressed counts", () => {
  it("are worked by hand: a group of 5 bits a character, differences from index 3 on", () => {
    // 6 = 00110, "0" + 6; 40 = 00001 01000: 8 with more to follow, then 1; 3, and 1 - 40 = -39 = 11110 11001.
    const rle = { height: 50, width: 1, counts: Uint32Array.of(6, 40, 3, 1) };
    const text = "6" + "X1" + "3" + "iN";
    expect(rleToString(rle)).toBe(text);
    expect(rleFromString(text, 50, 1)).toEqual(rle);
  });

  it("take one more group where the highest of 5 bits would be a sign", () => {
    expect(rleToString({ height: 15, width: 1, counts: Uint32Array.of(15) })).toBe("?");
    expect(rleToString({ height: 16, width: 1, counts: Uint32Array.of(16) })).toBe("`0");
  });

  it("hold the largest mask", () => {
    const largest = { height: 2 ** 14, width: 2 ** 14, counts: Uint32Array.of(0, 2 ** 28) };
    expect(rleFromString(rleToString(largest), 2 ** 14, 2 ** 14)).toEqual(largest);
    const jumps = { height: 2 ** 14, width: 2 ** 14, counts: Uint32Array.of(0, 2 ** 28, 0, 0, 0) };
    expect(rleFromString(rleToString(jumps), 2 ** 14, 2 ** 14)).toEqual(jumps);
  });

  it("give back what was written, runs of 0 included", () => {
    fc.assert(
      fc.property(counts, (list) => {
        const height = list.reduce((sum, count) => sum + count, 0);
        fc.pre(height > 0);
        const rle = { height, width: 1, counts: Uint32Array.from(list) };
        expect(rleFromString(rleToString(rle), height, 1)).toEqual(rle);
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  it("are those of pycocotools, both ways", () => {
    for (const { counts: text, runs, height, width } of oracle.masks) {
      const rle = { height, width, counts: Uint32Array.from(runs) };
      expect(rleToString(rle)).toBe(text);
      expect(rleFromString(text, height, width)).toEqual(rle);
    }
  });
});

describe("rleFromString", () => {
  it.each([
    ["", "rleFromString: the runs sum up to 0 pixels, and 4 x 5 (height x width) are 20"],
    ["6", "rleFromString: the runs sum up to 6 pixels, and 4 x 5 (height x width) are 20"],
    ["6T", "rleFromString: the counts break off after 2 characters"],
    ["6 4", 'rleFromString: character 1 of the counts must be "0" to "o", got " "'],
    ["6\n4", 'rleFromString: character 1 of the counts must be "0" to "o", got "\\n"'],
    ["p", 'rleFromString: character 0 of the counts must be "0" to "o", got "p"'],
    ["/", 'rleFromString: character 0 of the counts must be "0" to "o", got "/"'],
    ["6é", 'rleFromString: character 1 of the counts must be "0" to "o", got "é"'],
    ["6O", "rleFromString: the run at character 1 is -1, of 20 pixels"],
    ["6e1", "rleFromString: the run at character 1 is 53, of 20 pixels"],
    ["6oooooo0", "rleFromString: the run at character 1 never ends"],
  ])("says what is wrong with %j", (text, message) => {
    expect(() => rleFromString(text, 4, 5)).toThrow(new RangeError(message));
  });

  it("says when it gets no text", () => {
    const error = new TypeError("rleFromString: counts must be a string, got object");
    expect(() => rleFromString([6, 14] as unknown as string, 4, 5)).toThrow(error);
  });

  it("reads any text as a mask whose runs fit, or throws one line that names itself", () => {
    const damaged = fc
      .record({
        from: fc.constantFrom(...oracle.masks),
        at: fc.nat(30),
        cut: fc.nat(3),
        put: fc.string({ maxLength: 3 }),
      })
      .map(({ from: { counts, height, width }, at, cut, put }) => {
        return { text: counts.slice(0, at) + put + counts.slice(at + cut), height, width };
      });
    const side = fc.integer({ min: 1, max: 8 });
    const any = fc.record({ text: fc.string({ unit: "binary" }), height: side, width: side });
    let masks = 0;
    fc.assert(
      fc.property(fc.oneof(damaged, any), ({ text, height, width }) => {
        try {
          const { counts } = rleFromString(text, height, width);
          masks++;
          return counts.reduce((sum, count) => sum + count, 0) === height * width;
        } catch (error) {
          return error instanceof RangeError && /^rleFromString: [^\n]+$/.test(error.message);
        }
      }),
      { numRuns: 1500, seed: 1 },
    );
    expect(masks).toBeGreaterThan(10);
    expect(masks).toBeLessThan(1400);
  });
});
