import type { Scalar } from "../../dataset.ts";

/** One image of a VIA file. */
export interface ViaImage {
  filename: string;
  /** The VIA file. */
  from: string;
  /** File and record, for messages. */
  where: string;
  fields: Record<string, Scalar>;
  regions: ViaRegion[];
}

export interface ViaRegion {
  where: string;
  /** `name` says what it is, the others are numbers or lists of them: not checked yet. */
  shape: Record<string, unknown>;
  /** Those that have a value. Of ticked boxes, the names of those that are ticked. */
  attributes: Record<string, Scalar>;
}
