import { checkGrid, type GridSize } from "../../geometry/regions/pixelGrid.ts";
import type { PanopticMap, TruePanopticSegment } from "../../metrics/segmentation/panopticOverlaps.ts";

/** A segment as COCO's panoptic JSON has it, in the `segments_info` of an image. */
export interface CocoSegment {
  id: number;
  category_id: number;
  /** Pixels. */
  area: number;
  /** x, y, width and height in whole pixels. */
  bbox: [number, number, number, number];
  iscrowd: 0 | 1;
}

export interface CocoPanoptic {
  /** [height, width, 3] the id of each pixel's segment as red + 256 * green + 256^2 * blue: what the PNG holds. */
  rgb: Uint8Array<ArrayBuffer>;
  segments: CocoSegment[];
}

/** Ids that the three bytes of a pixel hold. */
const MOST_IDS = 256 ** 3;

/**
 * A panoptic map in the form of COCO, as its panopticapi reads it: the pixels of a PNG, and what its segments are.
 *
 * @param categoryIds the category id of each class
 * @throws RangeError where ids are not as many as the pixels, an id is not 1 to 2^24 - 1, or one of the map is no
 *   segment's, a segment has no pixel, or a class no category id
 */
export function cocoPanoptic(
  { ids, segments }: PanopticMap<TruePanopticSegment>,
  size: GridSize,
  categoryIds: readonly number[],
): CocoPanoptic {
  checkGrid("cocoPanoptic: ids", ids, size);
  const extents = new Map(segments.map(({ id }, s) => [checkedId(id, s), new Extent()]));
  const rgb = new Uint8Array(3 * ids.length);
  let [lastId, extent] = [0, undefined as Extent | undefined]; // neighbours are mostly of one segment
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] as number;
    if (id === 0) continue;
    if (id !== lastId) [lastId, extent] = [id, extents.get(id)];
    if (!extent) throw new RangeError(`cocoPanoptic: pixel ${i}: id ${id} is no segment's; make it 0 (void)`);
    extent.add(i % size.width, Math.floor(i / size.width));
    rgb.set([id & 255, (id >> 8) & 255, id >> 16], 3 * i);
  }
  return {
    rgb,
    segments: segments.map(({ id, class: k, crowd }, s) => {
      const { area, box } = extents.get(id) ?? new Extent();
      const category = categoryIds[k];
      if (area === 0)
        throw new RangeError(`cocoPanoptic: segments[${s}]: id ${id} has no pixel; leave the segment out`);
      if (category === undefined) throw new RangeError(`cocoPanoptic: segments[${s}]: class ${k} has no category id`);
      return { id, category_id: category, area, bbox: box, iscrowd: crowd === true ? 1 : 0 };
    }),
  };
}

function checkedId(id: number, segment: number): number {
  if (Number.isInteger(id) && id > 0 && id < MOST_IDS) return id;
  throw new RangeError(`cocoPanoptic: segments[${segment}]: id must be 1 to ${MOST_IDS - 1}, got ${id}`);
}

/** Pixels of a segment: how many, and the box around them. */
class Extent {
  area = 0;
  #left = Infinity;
  #top = Infinity;
  #right = 0;
  #bottom = 0;

  add(x: number, y: number): void {
    this.area++;
    this.#left = Math.min(this.#left, x);
    this.#top = Math.min(this.#top, y);
    this.#right = Math.max(this.#right, x + 1);
    this.#bottom = Math.max(this.#bottom, y + 1);
  }

  get box(): [number, number, number, number] {
    return [this.#left, this.#top, this.#right - this.#left, this.#bottom - this.#top];
  }
}
