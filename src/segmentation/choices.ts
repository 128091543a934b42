import type { ResizeRule, Size } from "../base/preprocessing.ts";
import { median } from "../base/statistics.ts";
import { chosenBackbone, type ChosenBackbone } from "../core/backbones/chosenBackbone.ts";
import type { Augmentation } from "../data/augment/description.ts";
import type { ImageRecord } from "../data/dataset.ts";
import { hasOutline, isTrained } from "../data/trainedObjects.ts";
import { withGiven } from "../training/start/givenOptions.ts";
import type { PrepareContext } from "../training/trainOptions.ts";
import type { Architecture } from "./networks/architecture.ts";
import type { SegmenterOptions } from "./options.ts";

// What a training of a segmenter is, where its options leave that to the data, or to the model that it goes on from.

/** Of images that are larger than the canvas, any window is seen, whatever else is done to them. */
export function withWindows(augmentation: Augmentation, resize: ResizeRule): Augmentation {
  const { operations } = augmentation;
  if (resize !== "tiles" || operations.some(({ name }) => name === "scaleJitter" || name === "crop"))
    return augmentation;
  const anywhere = { name: "scaleJitter" as const, probability: 1, factor: [1, 1] as [number, number], aspect: 0 };
  return { ...augmentation, operations: [anywhere, ...operations] };
}

/** The longer side of most images: larger ones are made smaller for speed, tiny ones larger, for networks that halve them. */
export function usualSize(images: readonly Size[]): number {
  const typical = images.length === 0 ? 0 : median(images.map(({ width, height }) => Math.max(width, height)));
  return Math.min(256, Math.max(128, typical));
}

/** Whether the network learns how deep pixels lie in their objects. */
export function learnsInstances({ instances }: SegmenterOptions, images: readonly ImageRecord[]): boolean {
  if (instances !== "auto") return instances === "yes";
  const counts = images.map(({ objects }) => {
    const classes = objects.filter((one) => hasOutline(one) && isTrained(one)).map((one) => one.class);
    return classes.length - new Set(classes).size;
  });
  return counts.length > 0 && median(counts) > 0;
}

/**
 * The network of a training. That of the model that it goes on from, where it is of the same kind (an FCN may be finer
 * than that, as in its paper); otherwise the one that is chosen, on the backbone whose weights there are. Options that were
 * given hold in any case.
 */
export function startedNetwork(
  context: Pick<PrepareContext, "given">,
  chosen: Architecture,
  begun: Architecture | undefined,
  published: ChosenBackbone | undefined,
): Architecture {
  if (begun?.kind === "fcn" && chosen.kind === "fcn") {
    return { ...withGiven(context, begun, chosen), stride: chosen.stride };
  }
  if (begun?.kind === "unet" && chosen.kind === "unet") return withGiven(context, begun, chosen);
  const trained = begun ?? published;
  if (trained?.backbone === undefined) return chosen;
  const { backbone, width, publisher } = trained;
  return { ...chosen, ...withGiven(context, chosenBackbone({}, { backbone, width, publisher }), chosen) };
}
