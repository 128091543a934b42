import fc from "fast-check";
import { expect, test } from "vitest";
import { brushFromMask, maskFromBrush } from "../../../../src/data/formats/labelStudio/brushRle.ts";
import { decodeMask, encodeMask } from "../../../../src/geometry/masks/encodeMask.ts";

/** Bytes of bits written out. */
function bytesOf(bits: string): number[] {
  const digits = bits.replaceAll(/\s/g, "");
  return (digits.match(/.{1,8}/g) ?? []).map((byte) => Number.parseInt(byte.padEnd(8, "0"), 2));
}

const header = (count: number) => `${count.toString(2).padStart(32, "0")} 00111 0010 0011 0111 1111`;

test("runs and values one by one, alpha alone decides", () => {
  // Two pixels: 9, 8, 7, 255 one by one, then four times 0.
  const bits = `${header(8)} 0 00 011 00001001 00001000 00000111 11111111 1 00 011 00000000`;
  expect([...decodeMask(maskFromBrush(bytesOf(bits), 1, 2))]).toEqual([1, 0]);
  // The same with red opaque and alpha 127; then a run over one pixel and a half, and the rest.
  const other = `${header(12)} 0 01 0011 11111111 00000000 00000000 01111111 1 00 101 11111111 1 00 001 00000000`;
  expect([...decodeMask(maskFromBrush(bytesOf(other), 3, 1))]).toEqual([0, 1, 0]);
});

test("a mask is written bit for bit as one would by hand, and in runs of 65,536 at most", () => {
  const mask = encodeMask(Uint8Array.from([0, 1, 1, 1]), 2, 2);
  expect(brushFromMask(mask)).toEqual(bytesOf(`${header(16)} 1 00 011 00000000 1 01 1011 11111111`));
  const large = encodeMask(new Uint8Array(200 * 200).fill(1), 200, 200);
  expect(brushFromMask(large)).toEqual(
    bytesOf(`${header(160_000)} ${`1 11 ${"1".repeat(16)} 11111111`.repeat(2)} 1 11 ${(160_000 - 131_073).toString(2).padStart(16, "0")} 11111111`), // prettier-ignore
  );
});

test("whatever the mask, it comes back", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 9 }),
      fc.infiniteStream(fc.nat(1)),
      (height, width, bits) => {
        const mask = encodeMask(Uint8Array.from([...bits.take(height * width)]), height, width);
        expect(maskFromBrush(brushFromMask(mask), height, width)).toEqual(mask);
      },
    ),
  );
});

test("what is no mask of the size is refused", () => {
  const good = brushFromMask(encodeMask(new Uint8Array(6).fill(1, 2), 2, 3));
  expect(() => maskFromBrush(good, 3, 3)).toThrow("it has 24 values, and 3 x 3 x 4 are needed");
  expect(() => maskFromBrush(good.slice(0, -1), 2, 3)).toThrow(/^it ends early$/);
  expect(() => maskFromBrush([...good.slice(0, 7), 256, 1, 1], 2, 3)).toThrow("a value is no byte");
  expect(() => maskFromBrush(good, 1e6, 1e6)).toThrow("1000000 x 1000000 is no size of an image");
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 30 }), (bytes) => {
      try {
        maskFromBrush([...bytesOf(header(24)).slice(0, 6), ...bytes], 2, 3);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }),
  );
});
