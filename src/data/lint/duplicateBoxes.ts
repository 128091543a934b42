import { iou } from "../../geometry/overlap.ts";
import type { Dataset, ImageRecord, LabelledObject } from "../dataset.ts";
import { shownBox } from "../placing/placement.ts";
import type { Findings } from "./findings.ts";

/**
 * Boxes of one class that overlap by more than this IoU are taken to be of one object. In BCCD, where cells lie on each
 * other, two pairs in a thousand boxes do, all of one cell; between 0.6 and 0.8 there is none.
 */
const SAME = 0.8;
/** Of two classes; parts of objects, such as a shirt on somebody, may come near. */
const SAME_PLACE = 0.9;

/**
 * Drops boxes that an image has twice with the same class, and tells of boxes that nearly lie on each other. Crowd
 * regions may lie on anything.
 */
export function dropDuplicateBoxes(dataset: Dataset, findings: Findings): Dataset {
  const images = dataset.images.map((image) => {
    const dropped = duplicatesIn(image, dataset.classes, findings);
    if (dropped.size === 0) return image;
    const kept = { ...image, objects: image.objects.filter((object) => !dropped.has(object)) };
    findings.placed(kept, findings.placeOf(image));
    return kept;
  });
  return { ...dataset, images };
}

function duplicatesIn(
  { objects }: ImageRecord,
  classes: readonly string[],
  findings: Findings,
): ReadonlySet<LabelledObject> {
  const dropped = new Set<LabelledObject>();
  // By x1, so that only boxes that overlap in x are compared.
  const order = objects.filter(({ crowd }) => !crowd);
  const rank = new Map(objects.map((object, i) => [object, i]));
  order.sort((a, b) => a.box[0] - b.box[0] || (rank.get(a) ?? 0) - (rank.get(b) ?? 0));
  for (const [i, a] of order.entries()) {
    for (let j = i + 1; j < order.length; j++) {
      const b = order[j];
      // IoU is at most 1 - the distance of the left sides / the width
      if (!b || b.box[0] - a.box[0] > (1 - SAME) * (a.box[2] - a.box[0])) break;
      const least = a.class === b.class ? SAME : SAME_PLACE;
      if (dropped.has(a) || dropped.has(b) || iou(a.box, b.box) <= least) continue;
      const [first, second] = (rank.get(a) ?? 0) < (rank.get(b) ?? 0) ? [a, b] : [b, a];
      const name = classes[first.class] ?? "";
      const exact = first.box.every((corner, at) => corner === second.box[at]);
      if (first.class !== second.class) {
        const detail = `"${classes[second.class] ?? ""}" and "${name}"`;
        findings.add("two-classes", second, { detail });
      } else if (exact) {
        const change = { before: `${name} at ${shownBox(second.box)}`, after: "" };
        findings.add("duplicate-box", second, { detail: name, change });
        dropped.add(second);
      } else findings.add("overlapping-box", second, { detail: name });
    }
  }
  return dropped;
}
