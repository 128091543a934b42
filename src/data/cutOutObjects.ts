import { AnchorkitError } from "../base/errors.ts";
import type { Size } from "../base/preprocessing.ts";
import { knownOptions } from "../geometry/knownOptions.ts";
import type { Dataset, ImageRecord, LabelledObject } from "./dataset.ts";
import { textOf } from "./text/texts.ts";
import { trainedObjects } from "./trainedObjects.ts";

export interface CutOutOptions {
  /** How much of its surroundings an object keeps, as a share of the box's sides, on each side; 0.1 unless told. */
  margin?: number;
}

type Box = LabelledObject["box"];

/**
 * The objects of a detection data set as images of their own, for a classifier: each object that a detector learns
 * (neither difficult nor a crowd) is a record whose `crop` is its box with the margin around it, out to whole pixels and
 * cut at the borders of the image, whose one label is its class, and whose text is what an attribute says (`textOf`). Records are numbered from 1 in the order of images
 * and objects, and have the split and fields of their image: draw splits before, or objects of one image land in several.
 * No pixel is read; whatever decodes records decodes their crop alone.
 *
 * @throws AnchorkitError for a margin that is no number from 0 on, and where there is no object
 */
export function cutOutObjects(dataset: Dataset, options: CutOutOptions = {}): Dataset {
  knownOptions("cutOutObjects", options, { margin: true });
  const { margin = 0.1 } = options;
  if (!(margin >= 0 && Number.isFinite(margin))) {
    throw new AnchorkitError(`cutOutObjects: margin must be a share of the box's sides, 0 or more, got ${margin}`);
  }
  const cuts = dataset.images.flatMap((image) => trainedObjects(image).map((object) => ({ image, object })));
  if (cuts.length === 0) {
    throw new AnchorkitError(`cutOutObjects: none of ${dataset.images.length} images has an object to cut out`);
  }
  const images = cuts.map(({ image, object }, i): ImageRecord => {
    const { file, split, fields } = image;
    const text = textOf(object);
    const [x1, y1, x2, y2] = withMargin(object.box, margin, image);
    const [left, top] = image.crop ?? [0, 0];
    return {
      ...{ id: i + 1, file, width: x2 - x1, height: y2 - y1 },
      ...(split && { split }),
      ...(fields && { fields }),
      ...(text !== undefined && { text }),
      ...{ objects: [], labels: [object.class], crop: [left + x1, top + y1, left + x2, top + y2] },
    };
  });
  return { ...dataset, images };
}

/** The box with a margin, out to whole pixels of the image, at least one wide and high. */
export function withMargin([x1, y1, x2, y2]: Box, margin: number, { width, height }: Size): Box {
  const [left, right] = outTo(x1, x2, margin, width);
  const [top, bottom] = outTo(y1, y2, margin, height);
  return [left, top, right, bottom];
}

function outTo(from: number, to: number, margin: number, side: number): [number, number] {
  const around = margin * (to - from);
  const start = Math.min(Math.max(0, Math.floor(from - around + ROUNDING)), side - 1);
  return [start, Math.max(start + 1, Math.min(side, Math.ceil(to + around - ROUNDING)))];
}

/** A whole number that a product misses by so little is that number: 0.1 * 30 is not quite 3. */
const ROUNDING = 1e-6;
