import { countOf } from "../../base/words.ts";
import type { Dataset, ImageRecord } from "../dataset.ts";
import { countObjects } from "./classNames.ts";
import type { Findings } from "./findings.ts";

/** Of fewer examples a model learns hardly anything. */
const RARE = 20;
/** A class with that part of the most frequent one's examples is far behind. */
const BEHIND = 1 / 10;
/** COCO's measure counts that many detections an image. */
const CROWDED = 100;

/** Whether there is enough of each class, how much is background, and what people marked. */
export function checkBalance(dataset: Dataset, findings: Findings): void {
  const { classes, images } = dataset;
  const counts = countObjects(dataset);
  const most = Math.max(0, ...counts);
  if (most === 0) {
    findings.add("no-objects", "data set", { detail: countOf(images.length, "image") });
    return;
  }
  const largest = classes[counts.indexOf(most)] ?? "";
  for (const [k, name] of classes.entries()) {
    const count = counts[k] ?? 0;
    const place = `class "${name}"`;
    if (count === 0) findings.add("unused-class", place);
    else if (count < RARE) findings.add("rare-class", place, { detail: countOf(count, "example") });
    else if (count < most * BEHIND) findings.add("imbalance", place, { detail: `${count}; "${largest}" has ${most}` });
  }
  for (const image of images) {
    const { length } = image.objects;
    if (length > CROWDED) findings.add("crowded-image", image, { detail: countOf(length, "object") });
  }
  const empty = images.filter(isBackground).length;
  if (empty > images.length / 2) {
    findings.add("mostly-background", "data set", { detail: `${empty} of ${countOf(images.length, "image")}` });
  }
  if (images.some(({ labels }) => labels !== undefined)) {
    const open = images.filter(({ labels, objects }) => labels === undefined && objects.length === 0);
    for (const image of open) findings.add("no-label", image);
  }
  noteMarks(images, findings);
}

function isBackground({ objects, labels = [] }: ImageRecord): boolean {
  return objects.length === 0 && labels.length === 0;
}

function noteMarks(images: readonly ImageRecord[], findings: Findings): void {
  const objects = images.flatMap((image) => image.objects);
  const marks = {
    "difficult objects": objects.filter(({ difficult }) => difficult).length,
    "crowd regions": objects.filter(({ crowd }) => crowd).length,
    "truncated objects": objects.filter(({ truncated }) => truncated).length,
  };
  for (const [name, count] of Object.entries(marks)) {
    if (count > 0) findings.add("marks", name, { detail: `${count} of ${objects.length}` });
  }
  const verified = images.filter((image) => image.verified).length;
  if (verified > 0) findings.add("marks", "verified images", { detail: `${verified} of ${images.length}` });
}
