import { z } from "zod";
import { RESIZE_RULES } from "../base/preprocessing.ts";

const Described = z.looseObject({
  preprocessing: z.looseObject({
    canvas: z.object({ width: z.number(), height: z.number() }),
    resize: z.enum([...RESIZE_RULES, "tiles", "line"]),
    fill: z.number(),
  }),
});

/** How images come to the canvas of a model, from its description; undefined for a model of numbers. */
export function preprocessingIn(description: unknown): z.infer<typeof Described>["preprocessing"] | undefined {
  return Described.safeParse(description).data?.preprocessing;
}
