import { z } from "zod";
import { packageVersion } from "../base/packageVersion.ts";
import type { PortableModel } from "./portableModel.ts";
import { type QuantizationForm, QUANTIZATIONS } from "./quantize/forms.ts";

export { MANIFEST_KEY } from "./manifestKey.ts";

/** What an exported file says of the training. */
export const Trained = z.object({ seed: z.number().optional(), dataFingerprint: z.string().optional() });
export type Trained = z.infer<typeof Trained>;

/** What an exported file says of itself, in its metadata or beside it: enough to use it without the run. */
export const Manifest = z.object({
  format: z.literal("anchorkit-export"),
  version: z.literal(1),
  /** The version of anchorkit that wrote it. */
  anchorkit: z.string(),
  task: z.string(),
  /** Images (clips, windows) that it looks at at once. */
  batch: z.int().min(1),
  /** What the run folder says of the model; each task has a form of its own. */
  description: z.looseObject({ model: z.string(), classes: z.array(z.string()) }),
  /** What it was trained with: splits are drawn from the seed. */
  trained: Trained.optional(),
  /** In what form its numbers are kept, if not all as float32. */
  quantization: z.enum(QUANTIZATIONS).optional(),
  /** Whether it takes images of any size, and no sizes. */
  anySize: z.literal(true).optional(),
  /** A line on each. */
  inputs: z.record(z.string(), z.string()),
  outputs: z.record(z.string(), z.string()),
});
export type Manifest = z.infer<typeof Manifest>;

export function manifestOf(
  { kind, batch, description, inputs, outputs }: PortableModel,
  trained?: Trained,
  quantization?: QuantizationForm,
): Manifest {
  return {
    ...{ format: "anchorkit-export", version: 1, anchorkit: packageVersion(), task: kind, batch },
    ...{ description: { ...description, classes: [...description.classes] }, outputs: { ...outputs } },
    ...(trained && { trained }),
    ...(quantization && { quantization }),
    inputs: Object.fromEntries(Object.entries(inputs).map(([name, { meaning }]) => [name, meaning])),
  };
}
