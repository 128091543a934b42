import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chooseBatch } from "../../../src/training/memory/chooseBatch.ts";

const MB = 1e6;
/** A process that takes so many megabytes, and so many more for each image. */
const linear = (fixed: number, each: number) => (batch: number) => Promise.resolve((fixed + each * batch) * MB);
const limits = { usual: 4, samples: 1000, kind: "detection", room: 2000 * MB, reserved: 0 } as const;

describe("the batch that suits the memory", () => {
  it.each([
    // MB fixed, MB an image, MB of room, MB reserved, samples, the batch, why
    [400, 50, 8000, 0, 1000, 16, "4 times the usual"],
    [400, 50, 1200, 0, 1000, 8, "as many as take less than 70 % of the memory"], // 440 MB are left: 8.8 images
    [400, 50, 1200, 60, 1000, 4, "as many as take less than 70 %"], // 380 MB: 7.6 images
    [400, 50, 500, 0, 1000, 1, "as many as take less than 70 %"], // nothing is left, and yet it has been measured
    [400, 50, 8000, 0, 11, 8, "as there are few training images"],
    [400, 50, 8000, 0, 3, 2, "as there are few training images"],
    [400, 0, 700, 0, 1000, 16, "4 times the usual"], // what an image takes cannot be seen
  ])("is, at %d MB and %d an image of %d with %d reserved and %d images, %d", async (...row) => {
    const [fixed, each, room, reserved, images, batch, because] = row;
    const given = { ...limits, room: room * MB, reserved: reserved * MB, samples: images };
    const choice = await chooseBatch(linear(fixed, each), given);
    expect(choice.batch).toBe(batch);
    expect(choice.says).toContain(`--batch auto: batches of ${batch}, ${because}`);
  });

  it("is one that was measured where a larger one runs out of memory", async () => {
    const failing = (most: number) => (batch: number) =>
      batch > most
        ? Promise.reject(new Error("OOM when allocating tensor with shape[2,64,64]"))
        : linear(400, 50)(batch);
    expect(await chooseBatch(failing(2), limits)).toMatchObject({ batch: 2, says: /as memory ran out with 4/ }); // prettier-ignore
    expect((await chooseBatch(failing(1), limits)).batch).toBe(1);
    await expect(chooseBatch(failing(0), limits)).rejects.toThrow(
      "memory ran out with one image in a step; lower --size",
    );
    await expect(chooseBatch(failing(0), { ...limits, kind: "clips" })).rejects.toThrow(
      "memory ran out with one clip in a step; lower --size or --frames",
    );
    await expect(chooseBatch(() => Promise.reject(new Error("a.png: damaged")), limits)).rejects.toThrow("damaged");
  });

  it("never takes more than its share, nor more images than there are", async () => {
    const numbers = fc.record({
      fixed: fc.integer({ min: 1, max: 2000 }),
      each: fc.integer({ min: 1, max: 500 }),
      room: fc.integer({ min: 100, max: 60_000 }),
      samples: fc.integer({ min: 1, max: 300 }),
      usual: fc.constantFrom(1, 4, 32),
    });
    await fc.assert(
      fc.asyncProperty(numbers, async ({ fixed, each, room, samples, usual }) => {
        const { batch } = await chooseBatch(linear(fixed, each), { ...limits, usual, samples, room: room * MB });
        expect(Math.log2(batch) % 1).toBe(0);
        expect(batch).toBeLessThanOrEqual(Math.min(4 * usual, samples));
        if (batch > 1) expect(fixed + each * batch).toBeLessThanOrEqual(0.7 * room + 1e-6);
      }),
    );
  });
});
