import { z } from "zod";
import { PIXEL_RESIZE_RULES, RESIZE_RULES } from "../../base/preprocessing.ts";

const side = z.int().min(16).max(8192);
const triple = z.tuple([z.number(), z.number(), z.number()]);

/** Preprocessing as every model's description holds it; the oldest ones name no resize rule. */
export const SavedPreprocessing = z.object({
  canvas: z.object({ width: side, height: side }),
  resize: z.enum([...RESIZE_RULES, ...PIXEL_RESIZE_RULES, "line"]).default("fit"),
  fill: z.number().min(0).max(255),
  mean: triple,
  deviation: triple,
});

/** The category id of a class in COCO files. */
export const CategoryId = z.int();

/** Of the weights.bin beside a description. */
export const Checksum = z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/) });
