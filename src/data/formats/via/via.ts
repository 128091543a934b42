import type { Scalar } from "../../dataset.ts";
import { shownPath } from "../../files.ts";
import { firstRow, isHeader } from "../../records/csvRows.ts";
import type { LabelFormat, ReadOptions, ReadResult } from "../format.ts";
import { type FileTraits, findLabelFiles, hasTraits, readEach } from "../labelFiles.ts";
import { datasetOf, type NamedImage } from "../namedLabels.ts";
import { classAttribute } from "./viaClass.ts";
import { readViaFile, VIA_COLUMNS } from "./viaFile.ts";
import type { ViaImage, ViaRegion } from "./viaImage.ts";
import { outlineOf } from "./viaShapes.ts";
import { writeVia } from "./writeVia.ts";
import { NothingLeftError, warningsOf, type Warnings } from "../../warnings.ts";

const VIA_3 = /"project"\s*:\s*\{[^]*"(?:data_format_version|vid_list)"\s*:/;

const traits: FileTraits = {
  title: "VGG Image Annotator (VIA)",
  extension: /\.(?:json|csv)$/i,
  looksRight: (head) =>
    /^\s*\{/.test(head)
      ? /"_via_(?:settings|img_metadata)"\s*:/.test(head) ||
        /"filename"\s*:[^]*"regions"\s*:/.test(head) ||
        VIA_3.test(head)
      : isHeader(firstRow(head.replace(/^\s*#/, "")), VIA_COLUMNS),
};

/** VGG Image Annotator: projects, annotations as JSON, annotations as CSV of versions 1 and 2, projects of version 3. */
export const via: LabelFormat = {
  ...{ id: "via", title: traits.title, holds: ["segmentation", "attributes", "split", "fields"] },
  recognizes: (place) => hasTraits(place, traits),
  ...{ read, write: writeVia },
};

/** Of one class, and of no attribute: people who label one kind of thing often define none. */
const ONLY_CLASS = "object";

/**
 * Reads a VIA file, or all of a folder. Rectangles, polygons, circles and ellipses are read. Which region attribute is
 * the class, VIA does not say: `classAttribute` tells by which of them all regions have and by their names, and the
 * result's `source` says which one was taken. The others are attributes; an image's file attributes are its fields.
 *
 * @throws AnchorkitError naming file, image and region
 */
async function read(path: string, options: ReadOptions = {}): Promise<ReadResult> {
  const warnings = warningsOf(options);
  const files = await findLabelFiles(path, traits, warnings, options);
  const images = (await readEach(files.labels, warnings, readViaFile)).flat();
  if (images.length === 0) throw new NothingLeftError(`${shownPath(path)}: lists no images`);
  const regions = images.flatMap((image) => image.regions);
  const key = classAttribute(regions, shownPath(path));
  if (key === undefined && regions.length > 0) {
    warnings.add(`regions without attributes, taken as of one class, "${ONLY_CLASS}"`, shownPath(path));
  }
  const named = images.map((image): NamedImage => namedImage(image, key, warnings));
  const dataset = await datasetOf(named, files, warnings);
  const taken = key === undefined ? "" : `, class from the region attribute "${key}"`;
  return { dataset, warnings: warnings.lines(), source: `VIA in ${shownPath(path)}${taken}` };
}

function namedImage(image: ViaImage, key: string | undefined, warnings: Warnings): NamedImage {
  const { filename, from, where, fields } = image;
  const objects = image.regions.map((region) => {
    try {
      return objectOf(region, key, warnings);
    } catch (error) {
      warnings.fail(error, "bad-object", region.where);
      return undefined;
    }
  });
  return {
    ...{ names: [filename], from, where },
    ...(Object.keys(fields).length > 0 && { fields }),
    objects: objects.filter((object) => object !== undefined),
  };
}

function objectOf({ where, shape, attributes }: ViaRegion, key: string | undefined, warnings: Warnings) {
  const name = key === undefined ? ONLY_CLASS : attributes[key];
  if (name === undefined) {
    warnings.add(`regions without "${key ?? ""}", the class, left out`, where);
    return undefined;
  }
  const outline = outlineOf(shape, where, warnings);
  if (!outline) return undefined;
  const others: Record<string, Scalar> = Object.fromEntries(Object.entries(attributes).filter(([own]) => own !== key));
  return { where, name: String(name), ...outline, ...(Object.keys(others).length > 0 && { attributes: others }) };
}
