import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { AnchorkitError } from "../../../src/base/errors.ts";
import { explainingMemory, isOutOfMemory, OutOfMemory } from "../../../src/training/memory/outOfMemory.ts";
import { peakWhile, roomForProcess } from "../../../src/training/memory/peakMemory.ts";

describe("an engine without memory", () => {
  it.each([
    "Session fail to run with error: OOM when allocating tensor with shape[64,320,320,24] and type float on /job:localhost",
    "RESOURCE_EXHAUSTED: failed to allocate memory",
    "Resource exhausted: Out of memory while trying to allocate 1 byte",
    "std::bad_alloc",
    "Allocator (GPU_0_bfc) ran out of memory trying to allocate 2.00GiB",
    "Array buffer allocation failed",
    "ENOMEM: not enough memory, read",
  ])("is known by its words: %s", async (words) => {
    expect(isOutOfMemory(new Error(words))).toBe(true);
    const explained = explainingMemory(32, () => "step 12", () => Promise.reject(new Error(words))); // prettier-ignore
    await expect(explained).rejects.toThrow(OutOfMemory);
    await expect(explained).rejects.toThrow(
      /^step 12: memory ran out with batches of 32; try --batch 16, which needs about half, or --batch auto/,
    );
  });

  it("is not confused with other failures", async () => {
    const full = new AnchorkitError("last/state.bin: no space is left on the device; free some");
    for (const error of [full, new Error("Invalid argument: shapes do not match"), new Error("the room is full")]) {
      expect(isOutOfMemory(error)).toBe(false);
      await expect(explainingMemory(4, () => "", () => Promise.reject(error))).rejects.toBe(error); // prettier-ignore
    }
    const inner = new OutOfMemory("step 2: memory ran out");
    await expect(explainingMemory(4, () => "step 9", () => Promise.reject(inner))).rejects.toBe(inner); // prettier-ignore
    await expect(explainingMemory(1, () => "step 1", () => Promise.reject(new Error("bad")))).rejects.toThrow("bad"); // prettier-ignore
  });

  it("with one image in a step has another advice", async () => {
    const explained = explainingMemory(1, () => "step 1", () => Promise.reject(new Error("std::bad_alloc"))); // prettier-ignore
    await expect(explained).rejects.toThrow("step 1: memory ran out with one image in a step; lower --size");
  });
});

/** Gives back what nothing holds any more. */
function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  collect();
}

describe("the memory of the process", () => {
  it("is measured at its highest, also where it is given back at once", async () => {
    collectGarbage(); // or else what earlier tests left is given back while the block is taken
    const before = process.memoryUsage.rss();
    const peak = await peakWhile(async () => {
      // Pages of its own: a Buffer may lie in memory that the process has kept from what was freed before.
      const block = new Uint8Array(new WebAssembly.Memory({ initial: 3200 }).buffer).fill(1); // 210 MB
      await Promise.resolve(block.length);
    });
    expect(peak - before).toBeGreaterThan(100e6);
    expect(roomForProcess()).toBeGreaterThan(before / 2);
  });
});
