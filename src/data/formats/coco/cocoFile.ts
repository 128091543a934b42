import { stat } from "node:fs/promises";
import { AnchorkitError } from "../../../base/errors.ts";
import { shownPath } from "../../files.ts";
import type { Warnings } from "../../warnings.ts";
import type { Orphans } from "../format.ts";
import { readCocoDocument } from "./cocoDocument.ts";
import type { CocoAnnotation, CocoCategory, CocoImage } from "./cocoRecords.ts";
import { CocoReferences } from "./cocoReferences.ts";

/** Where a record stands in its list. */
type Placed<T> = T & { at: number };

export interface CocoFileImage extends Placed<CocoImage> {
  /** What is labelled in it; `category` is the place of its category in the file's list. */
  annotations: Placed<CocoAnnotation & { category: number }>[];
  /** Places of the categories of the image as a whole. */
  labels: number[] | undefined;
  /** Places of the categories of its frames, where they have one. */
  frameLabels: (number | undefined)[] | undefined;
}

/** A COCO file of labels in memory, checked. */
export interface CocoFile {
  images: CocoFileImage[];
  categories: CocoCategory[];
  /** Whether it says that its boxes are of the photos as shown, EXIF orientation applied. */
  isShown: boolean;
}

/** The largest file that is taken into memory, as it lies on the disk: twice what LVIS has. */
const MAX_BYTES = 2 ** 31;

/**
 * Reads a COCO file of labels into memory.
 *
 * @param options.warnings with an observer, records that are wrong are told of and left out
 * @param options.orphans what becomes of labels whose image or category is not there
 * @throws AnchorkitError naming the record: `truth.json: annotations[12]: …`
 */
export async function readCocoFile(
  path: string,
  { warnings, orphans }: { warnings: Warnings; orphans?: Orphans | undefined },
): Promise<CocoFile> {
  const name = shownPath(path);
  const bytes = await stat(path).then(
    ({ size }) => size,
    () => 0, // what is not there is told when it is opened
  );
  if (bytes > MAX_BYTES) throw new AnchorkitError(`${name}: ${bytes} bytes are more than the limit of ${MAX_BYTES}`);
  const images: Placed<CocoImage>[] = [];
  const annotations: Placed<CocoAnnotation>[] = [];
  const categories: CocoCategory[] = [];
  let isShown = false;
  await readCocoDocument(
    path,
    {
      image: (image, at) => images.push({ ...image, at }),
      annotation: (annotation, at) => annotations.push({ ...annotation, at }),
      category: (category) => categories.push(category),
      info: ({ exif_orientation: orientation }) => (isShown = orientation === "applied"),
    },
    warnings,
  );
  const ids = { images: images.map(({ id }) => id), categories: categories.map(({ id }) => id) };
  const references = new CocoReferences(name, ids, { warnings, orphans });
  const labelled = images.map((image): CocoFileImage => ({
    ...image,
    annotations: [],
    labels: image.categoryIds && references.followAll(image.categoryIds, image.at),
    frameLabels: image.frames?.map(({ categoryId }) => {
      return categoryId === undefined ? undefined : references.followAll([categoryId], image.at)[0];
    }),
  }));
  for (const annotation of annotations) {
    const found = references.follow(annotation.imageId, annotation.categoryId, annotation.at);
    if (found) labelled[found.image]?.annotations.push({ ...annotation, category: found.category });
  }
  references.end();
  return { images: labelled, categories, isShown };
}
