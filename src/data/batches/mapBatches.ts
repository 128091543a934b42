import type { Annotations } from "../augment/apply/augmentImage.ts";
import type { PixelMap } from "../augment/apply/warp.ts";
import { operationsByKind } from "../augment/description.ts";
import type { ImageStore } from "../images/imageStore.ts";
import { pasteImage } from "../images/pasteImage.ts";
import type { WarpedBatch } from "./warpedBatch.ts";
import { warpedBatches, type WarpedOptions, type WarpedSource } from "./warpedBatches.ts";

/** Bytes of a pixel in the maps of a batch. */
export const MAP_CHANNELS = 3;

/** What segmenters learn of a batch. */
export interface MapTargets {
  /** [batch, stored height, stored width, 3]: three bytes for each pixel of `images`, which move as those do. */
  maps: Uint8Array;
}

/** A batch for segmenters: images, and maps of what their pixels show. */
export type MapBatch = WarpedBatch & MapTargets;

export interface MapBatchOptions extends WarpedOptions {
  /** The map of an image, of the size that it is stored at and three channels. */
  mapOf: (index: number) => PixelMap;
  /** The first channel where no image is: that it does not count. The others have it too. */
  outside: number;
}

/** Images and maps that move together. */
export function mapBatches(store: ImageStore, options: MapBatchOptions): WarpedSource<MapBatch> {
  const { batch, augmentation, mapOf, outside } = options;
  const pastes = operationsByKind(augmentation).combining.some(({ name }) => name === "copyPaste");
  return warpedBatches<MapTargets>(store, options, {
    empty: ({ width, height }) => ({ maps: new Uint8Array(batch * height * width * MAP_CHANNELS).fill(outside) }),
    set({ maps }, { slot, index, placed }, stored) {
      const { width, height, data } = placed?.labelMap ?? mapOf(index);
      pasteImage(maps, slot, stored, { width, height, pixels: data });
    },
    annotationsOf(index): Annotations {
      const { width, height, objects } = store.record(index);
      return { width, height, objects: pastes ? objects : [], labelMap: mapOf(index) };
    },
  });
}
