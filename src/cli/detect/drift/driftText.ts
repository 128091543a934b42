import { countOf } from "../../../base/words.ts";
import { type Drift, floorOf, type MeasureDrift } from "../../../monitoring/compareProfiles.ts";
import { driftWords, VERDICTS } from "../../../monitoring/driftWords.ts";
import { type DataTable, renderTables } from "../../tables.ts";

/** What the command prints. */
export function driftText(drift: Drift, classes: readonly string[], source: string, against: string): string {
  const { images, alpha } = drift;
  const held = images.heldOut < images.reference ? `, ${images.heldOut} of them not trained on` : "";
  return [
    driftWords(drift),
    `reference: ${countOf(images.reference, "image")} of ${source}${held}; current: ${countOf(images.current, "image")} of ${against}`,
    "",
    renderTables([tableOf(drift.measures, classes)], "table"),
    "",
    `p is corrected for ${countOf(drift.measures.filter(({ p }) => !Number.isNaN(p)).length, "test")} (Holm): where nothing has changed, any alarm at all has a probability of ${alpha} at most`,
  ].join("\n");
}

function tableOf(measures: readonly MeasureDrift[], classes: readonly string[]): DataTable {
  return {
    columns: [
      { name: "measure" },
      { name: "reference" },
      { name: "current" },
      { name: "effect", digits: 3 },
      { name: "floor", digits: 2 },
      { name: "p", digits: (p) => (p < 0.0001 ? "<0.0001" : p.toFixed(4)) },
      { name: "PSI", digits: 2 },
      { name: "verdict" },
    ],
    rows: measures
      .filter(({ verdict, measure }) => verdict !== "missing" || measure.name === "embeddings")
      .map((one) => {
        const [before, now] = sidesOf(one, classes);
        const { measure, effect, adjusted, stability, verdict } = one;
        return [measure.name, before, now, effect, floorOf(measure).floor, adjusted, stability, VERDICTS[verdict]];
      }),
  };
}

/** Medians; of classes, the shares of the class that changed most. */
function sidesOf({ measure, before, now, shares }: MeasureDrift, classes: readonly string[]): [string, string] {
  if (shares) {
    const changes = shares.now.map((share, k) => Math.abs(share - (shares.before[k] ?? 0)));
    const most = changes.indexOf(Math.max(...changes));
    const text = (share = 0): string => `${classes[most] ?? ""} ${(100 * share).toFixed(1)}%`;
    return [text(shares.before[most]), text(shares.now[most])];
  }
  if (Number.isNaN(before)) return ["-", "-"];
  return [before.toFixed(measure.digits), now.toFixed(measure.digits)];
}
