import type { Dataset, ImageRecord, LabelledObject } from "../dataset.ts";
import { shownBox } from "../placing/placement.ts";
import type { Findings } from "./findings.ts";

/**
 * Scales boxes that lie in the first pixel of their image to its size: whoever wrote fractions of the image into a file
 * of pixels has them there, and nobody draws such a box.
 */
export function scaleFractions(dataset: Dataset, findings: Findings): Dataset {
  const images = dataset.images.map((image) => {
    if (!image.objects.some(isFraction)) return image;
    const objects = image.objects.map((object) => (isFraction(object) ? scaled(object, image, findings) : object));
    const changed = { ...image, objects };
    findings.placed(changed, findings.placeOf(image));
    return changed;
  });
  return { ...dataset, images };
}

function isFraction({ box: [, , x2, y2] }: LabelledObject): boolean {
  return x2 <= 1 && y2 <= 1;
}

function scaled(object: LabelledObject, { width, height }: ImageRecord, findings: Findings): LabelledObject {
  const [x1, y1, x2, y2] = object.box;
  const box: LabelledObject["box"] = [x1 * width, y1 * height, x2 * width, y2 * height];
  const { area: _, ...others } = object; // it was the fraction's
  const changed: LabelledObject = { ...others, box };
  if (Array.isArray(object.segmentation)) {
    changed.segmentation = object.segmentation.map((polygon) =>
      polygon.map((value, i) => value * (i % 2 === 0 ? width : height)),
    );
  }
  findings.placed(changed, findings.placeOf(object));
  const change = { before: shownBox(object.box), after: shownBox(box) };
  findings.add("fraction-box", changed, { detail: change.before, change });
  return changed;
}
