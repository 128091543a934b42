import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openImageCache, type CacheKind } from "../../../src/data/images/openImageCache.ts";
import { folderOf } from "../helpers.ts";

/** How often each of two images of 12 bytes is decoded when they are asked for three times. */
async function decoded(kind: CacheKind, limit?: number): Promise<{ counts: number[]; files: number }> {
  const folder = await folderOf({ "a.jpg": "a", "b.jpg": "b", "kept/other": "" });
  const cache = await openImageCache(kind, { limit, folder: join(folder, "kept") });
  const counts = [0, 0];
  for (let time = 0; time < 3; time++) {
    for (const [i, name] of ["a.jpg", "b.jpg"].entries()) {
      await cache.get({ file: join(folder, name), form: "4x2" }, () => {
        counts[i] = (counts[i] ?? 0) + 1;
        return Promise.resolve(new Uint8Array(12).fill(i));
      });
    }
  }
  return { counts, files: (await readdir(join(folder, "kept"))).length - 1 };
}

test("each kind keeps what it says, and no more than the limit in GiB", async () => {
  const one = 20 / 2 ** 30; // an image and a half
  expect(await decoded("none")).toEqual({ counts: [3, 3], files: 0 });
  expect(await decoded("ram")).toEqual({ counts: [1, 1], files: 0 });
  expect(await decoded("ram", one)).toEqual({ counts: [1, 3], files: 0 });
  expect(await decoded("disk")).toEqual({ counts: [1, 1], files: 2 });
  expect((await decoded("disk", 50 / 2 ** 30)).files).toBe(1); // an entry has a header
});
