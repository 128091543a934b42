import { join } from "node:path";
import { XMLBuilder } from "fast-xml-parser";
import { AnchorkitError } from "../../../base/errors.ts";
import { writeFileAtomic } from "../../../base/files.ts";
import type { Dataset, ImageRecord, LabelledObject } from "../../dataset.ts";
import { exportImages } from "../exportImages.ts";
import { shownPath, withoutExtension } from "../../files.ts";
import { mapWithWarnings } from "../../parallel.ts";
import { Warnings } from "../../warnings.ts";
import { wholeBox } from "../corners.ts";
import type { WriteOptions, WriteResult } from "../format.ts";
import { xmlText } from "../xml.ts";

/**
 * Writes a data set as the VOC devkit lays it out: `Annotations/*.xml` as LabelImg writes them, `JPEGImages/`, and
 * `ImageSets/Main/train.txt` and the like where there are splits; `labelmap.txt` lists the classes, as CVAT needs it.
 *
 * Corners are rounded to whole pixels, as LabelImg has them, at least one pixel apart; a 0 is written as 1.
 */
export async function writeVoc(dataset: Dataset, folder: string, options: WriteOptions = {}): Promise<WriteResult> {
  const warnings = new Warnings();
  const { images } = dataset;
  const classes = dataset.classes.map((name) => {
    const text = xmlText(name, warnings);
    if (text.trim() === "")
      throw new AnchorkitError(`class ${JSON.stringify(name)}: XML cannot hold its name; rename it`);
    return text;
  });
  const { exported, placed } = await exportImages(images, join(folder, "JPEGImages"), warnings, options);
  await mapWithWarnings(exported, 16, warnings, async ({ image, name }, _, own) => {
    const xml = vocXml(image, name, classes, own);
    await writeFileAtomic(join(folder, "Annotations", `${withoutExtension(name)}.xml`), xml);
  });
  for (const split of ["train", "val", "test"] as const) {
    const stems = exported.filter(({ image }) => image.split === split).map(({ name }) => withoutExtension(name));
    if (stems.length > 0) {
      await writeFileAtomic(join(folder, "ImageSets", "Main", `${split}.txt`), `${stems.join("\n")}\n`);
    }
  }
  const labels = labelMapOf(classes);
  if (labels !== undefined) await writeFileAtomic(join(folder, "labelmap.txt"), labels);
  return { path: folder, images: placed, warnings: warnings.lines() };
}

/** The list without which CVAT and datumaro know VOC's own classes alone; undefined where it cannot hold a name. */
function labelMapOf(classes: readonly string[]): string | undefined {
  if (classes.some((name) => /[:\n\r]|^\s*#/.test(name))) return undefined;
  const lines = ["background", ...classes.filter((name) => name !== "background")].map((name) => `${name}:::`);
  return `${["# label:color_rgb:parts:actions", ...lines].join("\n")}\n`;
}

// eslint-disable-next-line @typescript-eslint/no-deprecated -- the package it moves to would be one more dependency
const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: "@", format: true, indentBy: "\t" });

function vocXml(image: ImageRecord, name: string, classes: readonly string[], warnings: Warnings): string {
  const where = shownPath(image.file);
  const { width, height, verified } = image;
  const annotation = {
    ...(verified && { "@verified": "yes" }),
    folder: "JPEGImages",
    filename: name,
    path: `JPEGImages/${name}`,
    source: { database: "Unknown" },
    size: { width, height, depth: 3 },
    segmented: 0,
    object: image.objects.map((object, i) => ({
      name: classes[object.class] ?? "",
      pose: xmlText(object.pose ?? "Unspecified", warnings),
      truncated: object.truncated ? 1 : 0,
      ...(object.occluded && { occluded: 1 }),
      difficult: object.difficult ? 1 : 0,
      bndbox: cornersOf(object.box, image, `${where}: object ${i + 1}`, warnings),
    })),
  };
  return builder.build({ annotation });
}

function cornersOf(
  box: LabelledObject["box"],
  image: ImageRecord,
  where: string,
  warnings: Warnings,
): Record<"xmin" | "ymin" | "xmax" | "ymax", number> {
  if (!box.every(Number.isInteger)) warnings.add("boxes with fractions of a pixel, rounded", where);
  const [xmin, ymin, xmax, ymax] = wholeBox(box, image);
  if (box[0] === 1 || box[1] === 1) {
    warnings.add("boxes that begin at pixel 1, which LabelImg's files do not tell from 0", where);
  }
  return { xmin: Math.max(1, xmin), ymin: Math.max(1, ymin), xmax, ymax };
}
