import { maskPolygons } from "../../geometry/masks/maskPolygons.ts";
import type { Dataset, LabelledObject } from "../dataset.ts";
import { shownPath } from "../files.ts";
import type { Extra, LabelFormat } from "./format.ts";
import type { Warnings } from "../warnings.ts";

/** What each extra is called in "… that <format> cannot hold"; crowds and masks are another matter. */
const NAMES: Record<Exclude<Extra, "crowd" | "mask">, string> = {
  difficult: "difficult marks",
  truncated: "truncated marks",
  occluded: "occluded marks",
  pose: "poses",
  segmentation: "segmentations",
  score: "scores",
  attributes: "objects with attributes",
  split: "splits of images",
  labels: "labels of whole images",
  text: "texts of images",
  frames: "clips of frames",
  ignored: "images with pixels to ignore",
  verified: "verified marks of images",
  fields: "images with further fields",
};

/**
 * The data set as a format can hold it, for its writer. What the format has no place for is taken out and named in one
 * warning a kind, with its count. Crowds, which are not to be learnt as objects, become difficult objects, or are left
 * out where there is nothing of the kind either. Masks become the polygons around their pixels.
 */
export function fitTo(
  { holds, title }: Pick<LabelFormat, "holds" | "title">,
  dataset: Dataset,
  warnings: Warnings,
): Dataset {
  const lost = (Object.keys(NAMES) as (keyof typeof NAMES)[]).filter((extra) => !holds.includes(extra));
  const fit = <T extends object>(record: T, where: string): T => {
    const fitted = new Map(Object.entries(record) as [string, unknown][]);
    for (const extra of lost) {
      const value = fitted.get(extra);
      if (fitted.delete(extra) && says(value)) {
        warnings.add(`${NAMES[extra]} that ${title} cannot hold, left out`, where);
      }
    }
    return fitted.size === Object.keys(record).length ? record : (Object.fromEntries(fitted) as T);
  };
  const fitCrowd = (object: LabelledObject, where: string): LabelledObject | undefined => {
    if (!object.crowd || holds.includes("crowd")) return object;
    const becomes = holds.includes("difficult") ? "written as difficult objects" : "left out";
    warnings.add(`crowds (groups under one box) that ${title} cannot hold, ${becomes}`, where);
    const { crowd: _, ...others } = object;
    return holds.includes("difficult") ? { ...others, difficult: true } : undefined;
  };
  const fitMask = (object: LabelledObject, where: string): LabelledObject => {
    const outlined = holds.includes("segmentation") && !holds.includes("mask") ? outlineMask(object) : object;
    if (outlined !== object) {
      warnings.add(
        `masks of pixels that ${title} cannot hold, written as polygons, bridges joining holes and parts`,
        where,
      );
    }
    return outlined;
  };
  const images = dataset.images.map((image) => {
    const where = shownPath(image.file);
    const objects = image.objects.map((object, i) => {
      const at = `${where}: object ${i + 1}`;
      const kept = fitCrowd(object, at);
      return kept && fit(fitMask(kept, at), at);
    });
    return { ...fit(image, where), objects: objects.filter((object) => object !== undefined) };
  });
  return { ...dataset, images };
}

/** The object with polygons in place of its mask, which enclose just its pixels; without any where the mask is empty. */
export function outlineMask(object: LabelledObject): LabelledObject {
  const { segmentation, ...others } = object;
  if (!segmentation || Array.isArray(segmentation)) return object;
  const polygons = maskPolygons(segmentation);
  return polygons.length > 0 ? { ...object, segmentation: polygons } : others;
}

function says(value: unknown): boolean {
  if (value === undefined || value === false) return false;
  return typeof value !== "object" || value === null || Object.keys(value).length > 0;
}
