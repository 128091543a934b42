import type { EngineChoice } from "../engine/load.ts";
import type { Precision } from "../engine/graph/program.ts";

/** How a trained model of any kind is opened. */
export interface PredictorOptions {
  engine?: EngineChoice;
  /** `auto` (default): bfloat16 where the engine computes on a CPU that has instructions for it. */
  precision?: Precision | "auto";
  /** Images that run at once; the default is the kind's own. With 1, a single image is answered soonest. */
  batch?: number;
}

/** The names of them, for functions that refuse others. */
export const PREDICTOR_OPTIONS = { engine: true, precision: true, batch: true } as const satisfies Record<
  keyof PredictorOptions,
  true
>;
