import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { croppedCopies } from "../../../src/data/duplicates/croppedCopies.ts";
import { NEAR_DUPLICATE_BITS } from "../../../src/data/duplicates/nearDuplicates.ts";
import { hashDistance, type Look, lookOf, perceptualHash } from "../../../src/data/duplicates/perceptualHash.ts";
import { scene } from "../helpers.ts";

function cropOf(image: Buffer, part: number): Promise<Buffer> {
  const [left, top] = [Math.round(640 * part), Math.round(480 * part)];
  return sharp(image)
    .extract({ left, top, width: 640 - 2 * left, height: 480 - 2 * top })
    .jpeg({ quality: 80 })
    .toBuffer();
}

describe("images whose border is cut off", () => {
  let scenes: Buffer[];
  let looks: Look[];
  beforeAll(async () => {
    scenes = await Promise.all(Array.from({ length: 20 }, (_, seed) => scene(seed)));
    looks = await Promise.all(scenes.map((image) => lookOf(image)));
  });

  test.each([0.02, 0.03])("by %d a side are found, where the hash does not say so already", async (part) => {
    let byHash = 0;
    let found = 0;
    for (const [i, image] of scenes.entries()) {
      const crop = await lookOf(await cropOf(image, part));
      const pairs = croppedCopies([...looks, crop]);
      if (hashDistance(crop.hash, looks[i]?.hash ?? "") <= NEAR_DUPLICATE_BITS) byHash++;
      else if (pairs.some(({ a, b }) => a === i && b === 20)) found++;
      for (const { a, b } of pairs) expect([a, b]).toEqual([i, 20]); // and no others
    }
    expect(byHash).toBeLessThan(19);
    expect(byHash + found).toBeGreaterThanOrEqual(18);
  });

  test("different images are none, nor mirrored ones", async () => {
    expect(croppedCopies(looks)).toEqual([]);
    const mirrored = await Promise.all(scenes.map(async (image) => lookOf(await sharp(image).flop().png().toBuffer())));
    expect(croppedCopies([...looks, ...mirrored])).toEqual([]);
  });

  test("the order does not matter", async () => {
    const crop = await lookOf(await cropOf(scenes[3] ?? Buffer.alloc(0), 0.04));
    const [original] = looks.slice(3, 4);
    expect(original && croppedCopies([original, crop])).toMatchObject([{ a: 0, b: 1 }]);
    expect(original && croppedCopies([crop, original])).toMatchObject([{ a: 0, b: 1 }]);
  });

  test("images of one colour are copies by their hash alone, which is the look's", async () => {
    const plain = await sharp({ create: { width: 50, height: 40, channels: 3, background: "#123456" } }).png().toBuffer(); // prettier-ignore
    const look = await lookOf(plain);
    expect(look.hash).toBe(await perceptualHash(plain));
    expect(look.grey).toEqual(new Uint8Array(1024).fill(46));
    expect(croppedCopies([look, look])).toEqual([]);
  });
});
