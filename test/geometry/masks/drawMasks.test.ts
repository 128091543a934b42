import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeMask, drawLabelMap, encodeMask, instanceMap, maskArea } from "../../../src/geometry/index.ts";
import { paintMask } from "../../../src/geometry/masks/drawMasks.ts";
import { drawn, pixelMasks } from "./rleCases.ts";

const SIZE = { width: 4, height: 2 };

describe("instanceMap", () => {
  it("has the number of the object at each pixel, the smaller on top", () => {
    const masks = [drawn("##..", "#..."), drawn("###.", "###."), drawn("...#", "....")];
    expect([...instanceMap(masks, SIZE)]).toEqual([1, 1, 2, 3, 1, 2, 2, 0]);
  });

  it("draws the later of two as large on top", () => {
    expect([...instanceMap([drawn("##.."), drawn(".##.")], { width: 4, height: 1 })]).toEqual([1, 2, 2, 0]);
  });

  it("takes 32 bits where there are more objects than 16 hold", () => {
    const none = drawn(".", ".");
    const masks = [...new Array<typeof none>(65_535).fill(none), drawn("#", ".")];
    const map = instanceMap(masks, { width: 1, height: 2 });
    expect([map.constructor, ...map]).toEqual([Int32Array, 65_536, 0]);
    expect(instanceMap(masks.slice(1), { width: 1, height: 2 })).toEqual(Uint16Array.of(65_535, 0));
  });

  it("gives back masks that do not overlap", () => {
    fc.assert(
      fc.property(pixelMasks(3), ({ height, width, masks }) => {
        const apart = masks.map((mask, m) =>
          mask.map((value, i) => (masks.slice(0, m).some((before) => before[i] === 1) ? 0 : value)),
        );
        const map = instanceMap(
          apart.map((mask) => encodeMask(mask, height, width)),
          { width, height },
        );
        apart.forEach((mask, m) => {
          expect(Uint8Array.from(map, (id) => Number(id === m + 1))).toEqual(mask);
        });
      }),
    );
  });

  it("says which mask is of another size", () => {
    expect(() => instanceMap([drawn("....", "...."), drawn("##", "##")], SIZE)).toThrow(
      new RangeError(
        "instanceMap: masks[1]: the mask must be as large as the map, and is 2 x 2 (width x height), the map 4 x 2",
      ),
    );
  });
});

describe("drawLabelMap", () => {
  const [large, small] = [drawn("###.", "###."), drawn("##..", "....")];

  it("has 0 for the background, k + 1 for class k and 255 for what does not count", () => {
    const objects = [
      { mask: small, class: 0 },
      { mask: large, class: 253 },
    ];
    const { data, ...size } = drawLabelMap(objects, SIZE, drawn(".#.#", "...."));
    expect(size).toEqual(SIZE);
    expect([...data]).toEqual([1, 255, 254, 255, 254, 254, 254, 0]);
  });

  it("does not count the pixels of an object without a class, those of smaller objects on it apart", () => {
    const objects = [
      { mask: small, class: 2 },
      { mask: large, class: undefined },
    ];
    expect([...drawLabelMap(objects, SIZE).data]).toEqual([3, 3, 255, 0, 255, 255, 255, 0]);
  });

  it("refuses classes that a byte cannot tell from what does not count", () => {
    expect(() => drawLabelMap([{ mask: small, class: 254 }], SIZE)).toThrow(
      new RangeError("drawLabelMap: objects[0]: class must be an index from 0 to 253, got 254"),
    );
    expect(() => drawLabelMap([], SIZE, drawn("#"))).toThrow(/^drawLabelMap: ignored: the mask must be as large/);
  });
});

describe("paintMask", () => {
  it("sets the pixels of any mask, and says whether one of them was taken", () => {
    fc.assert(
      fc.property(pixelMasks(2), ({ height, width, masks: [a = new Uint8Array(), b = new Uint8Array()] }) => {
        const map = Uint16Array.from(a);
        const overlaps = paintMask(map, encodeMask(b, height, width), 9);
        expect(overlaps).toBe(a.some((value, i) => value === 1 && b[i] === 1));
        expect(map).toEqual(Uint16Array.from(a, (value, i) => (b[i] === 1 ? 9 : value)));
        expect(maskArea(encodeMask(b, height, width))).toBe(
          decodeMask(encodeMask(b, height, width)).filter(Boolean).length,
        );
      }),
    );
  });
});
