import { join } from "node:path";
import { cacheFolder } from "../../base/cacheFolder.ts";
import { limiter } from "../parallel.ts";
import { diskCache } from "./diskCache.ts";
import { memoryCache, noCache, type ImageCache } from "./imageCache.ts";
import { DECODED_AT_ONCE, type LoadingOptions } from "./imageSource.ts";
import { MEMORY_LIMIT } from "./imageStore.ts";

/** In memory; in a folder, for later trainings too; or nowhere. */
export type CacheKind = "none" | "ram" | "disk";

export interface CacheOptions {
  /** GiB that images may take; 1 in memory and 10 on disk unless told. */
  limit?: number | undefined;
  /** Where `disk` keeps them. */
  folder: string;
  /** Told once when the folder cannot be written to any more. */
  warn?: ((text: string) => void) | undefined;
}

const GIB = 2 ** 30;
/** Bytes of decoded images on disk: at the usual 320 pixels some 45,000 of 640 x 480. */
const DISK_LIMIT = 10 * GIB;

/** A cache for decoded and resized images. */
export async function openImageCache(kind: CacheKind, { limit, folder, warn }: CacheOptions): Promise<ImageCache> {
  const bytes = limit === undefined ? undefined : limit * GIB;
  if (kind === "none") return noCache;
  if (kind === "ram") return memoryCache(bytes ?? MEMORY_LIMIT);
  return diskCache(folder, { limit: bytes ?? DISK_LIMIT, ...(warn && { warn }) });
}

/** How images are loaded, in the words of options. */
export interface LoadingChoice {
  /** Where decoded images are kept. */
  cache?: CacheKind;
  /** GiB that they may take; 1 in memory and 10 on disk unless told. */
  cacheLimit?: number;
  /** Images that are read and decoded at once; 16 unless told. */
  workers?: number;
}

/**
 * One memory or folder and one queue for all images that are loaded with it; the folder is among the user's caches.
 *
 * @param fallback where images are kept unless told
 * @param warn told once when the folder cannot be written to any more
 */
export async function openLoading(
  { cache, cacheLimit, workers = DECODED_AT_ONCE }: LoadingChoice,
  fallback: CacheKind,
  warn?: (text: string) => void,
): Promise<Required<LoadingOptions>> {
  const options = { limit: cacheLimit, folder: join(cacheFolder(), "images"), warn };
  return { cache: await openImageCache(cache ?? fallback, options), decoding: limiter(workers) };
}
