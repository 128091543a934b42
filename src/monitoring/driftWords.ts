import { countOf } from "../base/words.ts";
import type { Drift } from "./compareProfiles.ts";
import { type DriftVerdict, floorOf, type MeasureDrift } from "./measureDrift.ts";

/** How verdicts are said in a table. */
export const VERDICTS: Readonly<Record<DriftVerdict, string>> = {
  drift: "drift",
  slight: "differs, too little to matter",
  none: "no drift found",
  constant: "the same everywhere",
  "too few": "too few images to tell",
  missing: "nothing to measure",
};

/** The verdict over all measures, in a sentence. */
export function driftWords({ measures, images }: Drift): string {
  const drifted = measures
    .filter(({ verdict }) => verdict === "drift")
    .map(({ measure }) => measure.title.toLowerCase());
  if (drifted.length > 0) return `Drift in ${listed(drifted)}.`;
  const tested = measures.some(({ verdict }) => verdict === "none" || verdict === "slight");
  return tested
    ? "No drift found."
    : `${countOf(images.current, "image")}: too few to tell whether anything has drifted.`;
}

/** What has changed in a measure: "brightness: the median was 181.3 and is 163.0 (D 0.62, p 0.0001)". */
export function measureWords(one: MeasureDrift, classes: readonly string[]): string {
  const { measure, adjusted, effect } = one;
  const numbers = `${floorOf(measure).what} ${effect.toFixed(3)}, p ${pText(adjusted)}`;
  const sides = sidesOf(one, classes);
  if (measure.name === "embeddings") return `the images look different to the network (${numbers})`;
  if (one.shares) return `${sides.name} had ${sides.before} of them and has ${sides.now} (${numbers})`;
  return `the median was ${sides.before} and is ${sides.now} (${numbers})`;
}

/** Both sides of a measure: medians; of classes, the shares of the one that changed most; of embeddings, dashes. */
export function sidesOf(
  { measure, before, now, shares }: MeasureDrift,
  classes: readonly string[],
): { name: string; before: string; now: string } {
  if (shares) {
    const changes = shares.now.map((share, k) => Math.abs(share - (shares.before[k] ?? 0)));
    const most = changes.indexOf(Math.max(...changes));
    const text = (share = 0): string => `${(100 * share).toFixed(1)}%`;
    return { name: classes[most] ?? "", before: text(shares.before[most]), now: text(shares.now[most]) };
  }
  const text = (value: number): string => (Number.isNaN(value) ? "-" : value.toFixed(measure.digits));
  return { name: "", before: text(before), now: text(now) };
}

/** 0.0123 -> "0.0123"; what would be 0.0000 is "<0.0001", and what was not tested "-". */
export function pText(p: number): string {
  if (Number.isNaN(p)) return "-";
  return p < 0.0001 ? "<0.0001" : p.toFixed(4);
}

/** How the verdicts come about, for those who want to trust them. */
export function methodWords({ measures, alpha }: Drift): string {
  const tests = measures.filter(({ p }) => !Number.isNaN(p)).length;
  return `p is corrected for ${countOf(tests, "test")} (Holm): where nothing has changed, the probability of any alarm at all is ${alpha} at most. Drift is what is significant and at least as large as its floor.`;
}

/** "a", "a and b", "a, b and c" */
function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? "";
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} and ${last}`;
}
