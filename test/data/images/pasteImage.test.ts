import fc from "fast-check";
import { expect, it } from "vitest";
import { pasteImage } from "../../../src/data/images/pasteImage.ts";

const side = fc.integer({ min: 1, max: 6 });
const offset = fc.integer({ min: -8, max: 8 });

it("writes the part of an image that lies in its slot, and nothing else", () => {
  fc.assert(
    fc.property(
      fc.record({ width: side, height: side }),
      fc.record({ width: side, height: side }),
      fc.record({ left: offset, top: offset }),
      fc.integer({ min: 0, max: 2 }),
      (size, image, { left, top }, slot) => {
        const pixels = Uint8Array.from({ length: 3 * image.width * image.height }, (_, i) => 1 + i);
        const batch = new Uint8Array(3 * size.height * size.width * 3);
        pasteImage(batch, slot, size, { ...image, pixels }, left, top);
        const expected = [...batch.keys()].map((at) => {
          const channel = at % 3;
          const x = Math.floor(at / 3) % size.width;
          const y = Math.floor(at / 3 / size.width) % size.height;
          const own = Math.floor(at / 3 / size.width / size.height) === slot;
          const inside = x >= left && x < left + image.width && y >= top && y < top + image.height;
          return own && inside ? pixels[((y - top) * image.width + x - left) * 3 + channel] : 0;
        });
        expect([...batch]).toEqual(expected);
      },
    ),
  );
});
