import type { ReliabilityBin } from "../../metrics/calibration.ts";
import { asGiven, COLORS, type PlotSpec, share } from "./plot.ts";
import { wilsonInterval } from "./wilson.ts";

/** The share of answers that were right against what their scores promise, with intervals; `score` and `right` say what the axes are. */
export function calibrationPlot(
  bins: readonly ReliabilityBin[],
  score = "mean score",
  right = "share that is right",
): PlotSpec {
  const values = bins
    .filter(({ count }) => count > 0)
    .map(({ count, meanScore, accuracy }) => ({
      ...wilsonInterval(Math.round(accuracy * count), count),
      meanScore,
      color: accuracy < meanScore ? COLORS.wrong : COLORS.series0,
    }));
  const x = { field: "meanScore", ...share(score) };
  return {
    layer: [
      {
        data: {
          values: [
            { x: 0, y: 0 },
            { x: 1, y: 1 },
          ],
        },
        mark: { type: "line", color: COLORS.muted, strokeDash: [4, 3], strokeWidth: 1 },
        encoding: { x: { field: "x", type: "quantitative" }, y: { field: "y", type: "quantitative" } },
      },
      {
        data: { values },
        encoding: { x, color: asGiven("color") },
        layer: [
          {
            mark: { type: "rule", strokeWidth: 2 },
            encoding: { y: { field: "low", ...share(right) }, y2: { field: "high" } },
          },
          {
            mark: { type: "point", filled: true, size: 55, opacity: 1 },
            encoding: { y: { field: "value", ...share(right) } },
          },
        ],
      },
    ],
  };
}
