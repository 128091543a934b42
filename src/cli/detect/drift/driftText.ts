import { countOf } from "../../../base/words.ts";
import type { Drift } from "../../../monitoring/compareProfiles.ts";
import { floorOf, type MeasureDrift } from "../../../monitoring/measureDrift.ts";
import { driftWords, methodWords, pText, sidesOf, VERDICTS } from "../../../monitoring/driftWords.ts";
import type { NextImage } from "../../../monitoring/next/chooseNext.ts";
import { type DataTable, renderTables } from "../../tables.ts";

/** What the command prints. */
export function driftText(drift: Drift, classes: readonly string[], source: string, against: string): string {
  const { images } = drift;
  const held = images.heldOut < images.reference ? `, ${images.heldOut} of them not trained on` : "";
  return [
    driftWords(drift),
    `reference: ${countOf(images.reference, "image")} of ${source}${held}; current: ${countOf(images.current, "image")} of ${against}`,
    "",
    renderTables([tableOf(drift.measures, classes)], "table"),
    "",
    methodWords(drift),
  ].join("\n");
}

/** Images to label of which a line is printed. */
const SHOWN = 5;

/** What the command prints of the images that are worth labelling. */
export function nextText(next: readonly (NextImage & { file: string })[], out: string): string {
  if (next.length === 0) return "there is no image to label next";
  const lines = next.slice(0, SHOWN).map(({ file, why }) => `  ${file}: ${why}`);
  if (next.length > SHOWN) lines.push(`  … and ${next.length - SHOWN} more`);
  return [
    `${countOf(next.length, "image")} to label next, with what the model proposes: ${out}`,
    ...lines,
    `correct the labels there, then: label import ${out} --out <dataset>`,
  ].join("\n");
}

function tableOf(measures: readonly MeasureDrift[], classes: readonly string[]): DataTable {
  return {
    columns: [
      ...[{ name: "measure" }, { name: "reference" }, { name: "current" }],
      ...[
        { name: "effect", digits: 3 },
        { name: "floor", digits: 2 },
      ],
      ...[{ name: "p", digits: pText }, { name: "PSI", digits: 2 }, { name: "verdict" }],
    ],
    rows: measures.map((one) => {
      const { name, before, now } = sidesOf(one, classes);
      const { measure, effect, adjusted, stability, verdict } = one;
      const of = (side: string): string => (name === "" ? side : `${name} ${side}`);
      const floor = floorOf(measure).floor;
      return [measure.name, of(before), of(now), effect, floor, adjusted, stability, VERDICTS[verdict]];
    }),
  };
}
