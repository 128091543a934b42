import type { Dataset, LabelledObject } from "./dataset.ts";
import { shownPath } from "./files.ts";
import type { Extra, LabelFormat } from "./formats/format.ts";
import type { Warnings } from "./warnings.ts";

/** What each extra is called in "… that <format> cannot hold"; crowds are another matter. */
const NAMES: Record<Exclude<Extra, "crowd">, string> = {
  difficult: "difficult marks",
  truncated: "truncated marks",
  occluded: "occluded marks",
  pose: "poses",
  segmentation: "segmentations",
  score: "scores",
  attributes: "objects with attributes",
  split: "splits of images",
  labels: "labels of whole images",
  verified: "verified marks of images",
  fields: "images with further fields",
};

/**
 * The data set as a format can hold it. What the format has no place for is named in one warning a kind, with its
 * count. Crowds, which are not to be learnt as objects, become difficult objects, or are left out where there is
 * nothing of the kind either.
 */
export function fitTo(
  { holds, title }: Pick<LabelFormat, "holds" | "title">,
  dataset: Dataset,
  warnings: Warnings,
): Dataset {
  const lost = (Object.keys(NAMES) as (keyof typeof NAMES)[]).filter((extra) => !holds.includes(extra));
  const fitCrowd = (object: LabelledObject, where: string): LabelledObject | undefined => {
    if (!object.crowd || holds.includes("crowd")) return object;
    const becomes = holds.includes("difficult") ? "written as difficult objects" : "left out";
    warnings.add(`crowds (groups under one box) that ${title} cannot hold, ${becomes}`, where);
    const { crowd: _, ...others } = object;
    return holds.includes("difficult") ? { ...others, difficult: true } : undefined;
  };
  const images = dataset.images.map((image) => {
    const where = shownPath(image.file);
    const warn = (record: Partial<Record<Extra, unknown>>, at: string) => {
      for (const extra of lost) {
        if (says(record[extra])) warnings.add(`${NAMES[extra]} that ${title} cannot hold, left out`, at);
      }
    };
    warn(image, where);
    const objects = image.objects.map((object, i) => {
      const at = `${where}: object ${i + 1}`;
      const fitted = fitCrowd(object, at);
      if (fitted) warn(fitted, at);
      return fitted;
    });
    return { ...image, objects: objects.filter((object) => object !== undefined) };
  });
  return { ...dataset, images };
}

function says(value: unknown): boolean {
  if (value === undefined || value === false) return false;
  return typeof value !== "object" || value === null || Object.keys(value).length > 0;
}
