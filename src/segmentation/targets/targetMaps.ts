import type { PixelMap } from "../../data/augment/apply/warp.ts";
import { type ImageStore, MEMORY_LIMIT } from "../../data/images/imageStore.ts";
import { type TargetChoice, targetMap } from "./targetMap.ts";

/** The target maps of a store's images, see targetMap: each is computed once, as far as 1 GiB of memory holds them. */
export function targetMaps(store: ImageStore, choice: TargetChoice): (index: number) => PixelMap {
  const kept = new Map<number, PixelMap>();
  let left = MEMORY_LIMIT;
  return (index) => {
    const known = kept.get(index);
    if (known) return known;
    const map = targetMap(store.record(index), store.sizeOf(index), choice);
    if (map.data.byteLength <= left) {
      left -= map.data.byteLength;
      kept.set(index, map);
    }
    return map;
  };
}
