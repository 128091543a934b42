import { diskCache } from "./diskCache.ts";
import { memoryCache, noCache, type ImageCache } from "./imageCache.ts";
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
