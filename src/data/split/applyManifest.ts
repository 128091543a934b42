import type { Dataset, ImageRecord } from "../dataset.ts";
import { groupBy } from "../files.ts";
import { NameIndex } from "../finding/nameIndex.ts";
import { recordHash } from "../images/fileHash.ts";
import { mapParallel } from "../parallel.ts";
import { HASHED_AT_ONCE, type Manifest, type ManifestImage, namesOf } from "./manifest.ts";

/** A data set with the splits of a training, and which of its images that training has seen. */
export interface SplitAsBefore {
  dataset: Dataset;
  /** Images that the training has seen, whatever their split is now. */
  seen: ReadonlyMap<ImageRecord, Seen>;
}

/** An image was itself trained on, or was in val or test then while a copy of it, byte by byte, was trained on. */
export type Seen = "itself" | "copy";

/**
 * Gives images without a split the one that they had in a training, and takes val out of train as it was then. An image
 * is known again by the bytes of its file, else by its path or name. Those that the training did not have belong to
 * test: nothing was trained on them.
 */
export async function applyManifest(manifest: Manifest, dataset: Dataset): Promise<SplitAsBefore> {
  const find = finderOf(manifest);
  const names = namesOf(dataset.images);
  const found = await mapParallel(
    dataset.images,
    HASHED_AT_ONCE,
    async (image, i): Promise<{ now: ImageRecord; seen?: Seen }> => {
      const name = names[i] ?? "";
      const before = await find(image, name);
      const own = before.find((one) => one.name === name);
      const split = (own ?? before[0])?.split ?? "test";
      const takesIt = image.split === undefined || (image.split === "train" && split === "val");
      const now = takesIt ? { ...image, split } : image;
      if (!before.some((one) => one.split === "train")) return { now };
      return { now, seen: (own?.split ?? "train") === "train" ? "itself" : "copy" };
    },
  );
  return {
    dataset: { ...dataset, images: found.map(({ now }) => now) },
    seen: new Map(found.flatMap(({ now, seen }) => (seen ? [[now, seen] as const] : []))), // in the images' order
  };
}

/** What finds the images of a training that an image is: several where the training had copies. */
function finderOf({ images }: Manifest): (image: ImageRecord, name: string) => Promise<readonly ManifestImage[]> {
  const byHash = groupBy(images, ({ sha256 = "" }) => sha256);
  const byName = groupBy(images, ({ name }) => name);
  const index = new NameIndex(images, ({ name }) => name);
  const hashed = images.some(({ sha256 }) => sha256 !== undefined);
  return async (image, name) => {
    const same = hashed ? byHash.get(await recordHash(image)) : undefined;
    if (same) return same;
    const called = byName.get(name) ?? index.find(name).flatMap(({ items }) => items);
    return new Set(called.map((one) => one.name)).size === 1 ? called : []; // crops of a file share its name
  };
}
