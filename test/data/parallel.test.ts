import { expect, test } from "vitest";
import { AnchorkitError } from "../../src/base/errors.ts";
import { mapParallel } from "../../src/data/parallel.ts";

test("parallel work keeps the order, stays under its limit, and tells of the first failure in order", async () => {
  let running = 0;
  let most = 0;
  const wait = async (milliseconds: number) => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    running--;
    if (milliseconds === 0) throw new AnchorkitError("zero");
    if (milliseconds < 0) throw new RangeError("negative");
    return milliseconds;
  };
  expect(await mapParallel([9, 1, 5, 2], 2, wait)).toEqual([9, 1, 5, 2]);
  expect(most).toBe(2);
  expect(await mapParallel([], 2, wait)).toEqual([]);
  await expect(mapParallel([1, 0, 2], 2, wait)).rejects.toThrow(/^zero$/);
  await expect(mapParallel([0, 0, 0], 2, wait)).rejects.toThrow("zero (and 2 more files with errors)");
  await expect(mapParallel([5, -1], 2, wait)).rejects.toThrow(RangeError);
});
