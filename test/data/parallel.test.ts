import { expect, test } from "vitest";
import { AnchorkitError } from "../../src/base/errors.ts";
import { mapParallel, mapWithWarnings } from "../../src/data/parallel.ts";
import { Warnings } from "../../src/data/warnings.ts";

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

test("what parallel work notes comes in the order of the items, though the last ones end first", async () => {
  const heard: string[] = [];
  const warnings = new Warnings({
    found: (_, where) => heard.push(where),
    placed: () => undefined,
    corners: () => undefined,
  });
  const ended: string[] = [];
  const work = async (item: string, i: number, own: Warnings) => {
    own.add(i === 0 ? "rare things" : "common things", `${item} at once`);
    await new Promise((resolve) => setTimeout(resolve, 20 * (3 - i)));
    own.add("common things", `${item} later`);
    ended.push(item);
    return item;
  };
  expect(await mapWithWarnings(["a", "b", "c", "d"], 4, warnings, work)).toEqual(["a", "b", "c", "d"]);
  expect(ended).toEqual(["d", "c", "b", "a"]);
  expect(heard).toEqual(["a", "b", "c", "d"].flatMap((item) => [`${item} at once`, `${item} later`]));
  expect(warnings.lines()).toEqual(["rare things: 1 (a at once)", "common things: 7 (first: a later)"]);
});

test("what work noted before it failed is heard of, and what follows it too", async () => {
  const warnings = new Warnings();
  const work = async (item: number, _: number, own: Warnings) => {
    await new Promise((resolve) => setTimeout(resolve, 10 - item));
    own.add("things", String(item));
    if (item === 2) throw new AnchorkitError("two");
  };
  await expect(mapWithWarnings([1, 2, 3], 3, warnings, work)).rejects.toThrow("two");
  expect(warnings.lines()).toEqual(["things: 3 (first: 1)"]);
});
