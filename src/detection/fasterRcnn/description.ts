import { z } from "zod";
import { SAVED_BACKBONE } from "../../core/backbones/chosenBackbone.ts";
import { CategoryId, Checksum, SavedPreprocessing } from "../../training/run/modelDescription.ts";
import type { BoxWeights } from "../boxes/boxCoder.ts";

/** Deltas are expected to have the deviations 1 (anchors) and 0.1, 0.1, 0.2, 0.2 (RoIs), as in Fast R-CNN. */
export const ANCHOR_WEIGHTS: BoxWeights = [1, 1, 1, 1];
export const ROI_WEIGHTS: BoxWeights = [10, 10, 5, 5];

const count = z.int().min(1).max(100_000);
const share = z.number().min(0).max(1);

/** Numbers of the method, under the names that the papers use. */
const Settings = z.object({
  /** `best`: each object claims its best anchors, however small it is; `threshold`: the classic rule, 0.7 and 0.3. */
  assignment: z.enum(["best", "threshold"]),
  anchorSample: z.object({ count, positiveFraction: share }),
  proposals: z.object({ before: count, after: count, iouThreshold: share, minSize: z.number() }),
  roiSample: z.object({ count, positiveFraction: share, iouThreshold: share }),
  /** Weight of the box head's GIoU loss. */
  boxLossWeight: z.number(),
  /** Largest global norm of the gradients. */
  clipNorm: z.number(),
  detections: z.object({ scoreThreshold: share, iouThreshold: share, maxDetections: count, votingThreshold: share }),
});
export type Settings = z.infer<typeof Settings>;

/** What fixes the network's layers. */
const Architecture = z.object({
  ...SAVED_BACKBONE,
  /** Channels of the neck's map and of the RPN. */
  channels: z.int().min(1).max(4096),
  /** Units of the box head's hidden layer. */
  hidden: z.int().min(1).max(65_536),
  /** Side of the pooled RoI. */
  pooled: z.int().min(1).max(64),
  /** One box for each class in place of one for all. */
  classSpecificBoxes: z.boolean(),
});
export type Architecture = z.infer<typeof Architecture>;

/** The anchors of each cell of one map. */
const Level = z.object({
  /** Pixels of the canvas that a cell stands for. */
  stride: z.int().min(1).max(4096),
  /** Widths and heights, in pixels of the canvas. */
  anchors: z
    .array(z.tuple([z.number().positive(), z.number().positive()]))
    .min(1)
    .max(1000),
});

/** The score from which detections of a class count, and the F1 at IoU 0.5 that this gave on the validation images. */
const ClassThreshold = z.object({ class: z.string(), score: share, f1: share });

const Version2 = z.object({
  format: z.literal("anchorkit-detector"),
  version: z.literal(2),
  model: z.literal("faster-rcnn"),
  classes: z.array(z.string()).min(1).max(10_000),
  /** COCO's category id of each class, where the data had them; otherwise it is the index + 1. */
  categoryIds: z.array(CategoryId).max(10_000).optional(),
  architecture: Architecture,
  settings: Settings,
  preprocessing: SavedPreprocessing,
  /** The maps that the network looks at, from fine to coarse. */
  levels: z.array(Level).min(1).max(16),
  /** Chosen on the validation images, see chooseThresholds; there is none of classes that these hold no object of, or that are hardly found. */
  thresholds: z.array(ClassThreshold).max(10_000).optional(),
  /** The weights.bin beside it; files of older versions do not say. */
  weights: Checksum.optional(),
});

/** All that a saved detector is besides its weights: the content of detector.json, whichever version wrote it. */
export const DetectorDescription = z.preprocess(
  upgrade,
  Version2.superRefine(checkCategoryIds).superRefine(checkThresholds),
);
export type DetectorDescription = z.infer<typeof DetectorDescription>;

function checkCategoryIds(
  { classes, categoryIds }: Pick<z.infer<typeof Version2>, "classes" | "categoryIds">,
  issues: z.RefinementCtx,
): void {
  if (!categoryIds || (categoryIds.length === classes.length && new Set(categoryIds).size === classes.length)) return;
  issues.addIssue({ code: "custom", path: ["categoryIds"], message: "must be one id for each class, all different" });
}

function checkThresholds(
  { classes, thresholds = [] }: Pick<z.infer<typeof Version2>, "classes" | "thresholds">,
  issues: z.RefinementCtx,
): void {
  const seen = new Set<string>();
  for (const [i, { class: name }] of thresholds.entries()) {
    const wrong = seen.has(name)
      ? "has a threshold already"
      : classes.includes(name)
        ? undefined
        : "is not among the classes";
    if (wrong !== undefined) {
      issues.addIssue({ code: "custom", path: ["thresholds", i, "class"], message: `"${name}" ${wrong}` });
    }
    seen.add(name);
  }
}

/** Version 1 knew one map, of stride 8, and had its anchors at the top. */
function upgrade(saved: unknown): unknown {
  const old = z.looseObject({ version: z.literal(1), anchors: z.unknown() }).safeParse(saved);
  if (!old.success) return saved;
  const { anchors, ...rest } = old.data;
  return { ...rest, version: 2, levels: [{ stride: 8, anchors }] };
}

/** How anchors are matched and sampled and boxes proposed and chosen, unless told otherwise. */
export const DEFAULT_SETTINGS: Settings = {
  assignment: "best",
  anchorSample: { count: 256, positiveFraction: 0.5 },
  proposals: { before: 600, after: 120, iouThreshold: 0.7, minSize: 1 },
  roiSample: { count: 48, positiveFraction: 0.5, iouThreshold: 0.5 },
  boxLossWeight: 6,
  clipNorm: 5,
  detections: { scoreThreshold: 0.01, iouThreshold: 0.5, maxDetections: 100, votingThreshold: 0.65 },
};
