import { countOf } from "../base/words.ts";
import type { Drift, DriftVerdict } from "./compareProfiles.ts";

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
  const few = measures.every(({ verdict }) => !["none", "slight"].includes(verdict));
  if (few) return `${countOf(images.current, "image")}: too few to tell whether anything has drifted.`;
  return "No drift found.";
}

/** "a", "a and b", "a, b and c" */
function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? "";
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} and ${last}`;
}
