import type { Drift } from "../../monitoring/compareProfiles.ts";
import type { NextImage } from "../../monitoring/next/chooseNext.ts";
import type { Profile } from "../../monitoring/profile.ts";

/** Everything that a report on drift shows. */
export interface DriftReportInput {
  /** What was compared with what. */
  title: string;
  classes: readonly string[];
  drift: Drift;
  reference: readonly Profile[];
  current: readonly Profile[];
  /** Images that are worth labelling, if they were asked for. */
  next?: readonly (NextImage & { file: string })[] | undefined;
  /** What the reader should know of the data, one line each. */
  warnings?: readonly string[];
}
