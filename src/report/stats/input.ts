import type { DatasetStats } from "../../data/stats/datasetStats.ts";
import type { AnchorAdvice } from "../../detection/boxes/adviseAnchors.ts";

/** Everything that the report of a data set shows. */
export interface StatsReportInput {
  /** What was measured, such as the name of its folder. */
  title: string;
  stats: DatasetStats;
  /** Undefined without objects. */
  anchors: AnchorAdvice | undefined;
  /** What the reader should know of the data, one line each. */
  warnings: readonly string[];
}
