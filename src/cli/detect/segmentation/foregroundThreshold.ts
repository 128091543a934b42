import { AnchorkitError, UsageError } from "../../../base/errors.ts";
import { CHOOSE_ONCE } from "../../../detection/thresholds.ts";
import type { SegmenterDescription } from "../../../segmentation/description.ts";
import type { ImageRecord } from "../../../data/dataset.ts";
import type { Segmenter } from "../../../segmentation/segmenter.ts";
import { keepThresholds, type Thresholds } from "../thresholds.ts";

/**
 * The probability from which a pixel is of the one class: undefined for what the model does unless told.
 *
 * @throws UsageError for a model of several classes, which takes the most probable one; AnchorkitError if it keeps none
 */
export function askedForegroundThreshold(
  { classes, thresholds }: Pick<SegmenterDescription, "classes" | "thresholds">,
  weights: string,
  asked: Thresholds | undefined,
): number | undefined {
  if (asked === undefined) return undefined;
  requireOneClass(classes, weights);
  if (typeof asked === "number") return asked;
  if (!thresholds) throw new AnchorkitError(`${weights}: ${CHOOSE_ONCE}`);
  return thresholds[0];
}

/** Chooses the threshold on labelled images, and writes it into the model's folder. */
export async function chooseForegroundThreshold(
  weights: string,
  segmenter: Segmenter,
  images: readonly ImageRecord[],
): Promise<number> {
  const { description } = segmenter;
  requireOneClass(description.classes, weights);
  const threshold = await segmenter.bestThreshold(images);
  await keepThresholds(weights, { kind: "segmentation", description }, [threshold]);
  return threshold;
}

function requireOneClass(classes: readonly string[], weights: string): void {
  if (classes.length <= 1) return;
  throw new UsageError(
    `${weights}: takes the most probable class of each pixel, whatever its probability; --thresholds is for one class`,
  );
}
