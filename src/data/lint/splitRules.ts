import { countOf } from "../../base/words.ts";
import type { Dataset, SplitName } from "../dataset.ts";
import { groupBy } from "../files.ts";
import { countObjects } from "./classNames.ts";
import type { Findings } from "./findings.ts";

/** Whether the splits that a data set has can be trained and measured on. */
export function checkSplits(dataset: Dataset, findings: Findings): void {
  const bySplit = groupBy(dataset.images, ({ split }) => split ?? "none");
  const none = bySplit.get("none") ?? [];
  if (none.length === dataset.images.length) {
    findings.add("no-splits", "data set");
    return;
  }
  for (const image of none) findings.add("without-split", image);
  const countIn = (split: SplitName): number[] => countObjects({ ...dataset, images: bySplit.get(split) ?? [] });
  const train = countIn("train");
  if (!bySplit.has("train")) findings.add("no-train", "data set");
  for (const split of ["val", "test"] as const) {
    if (!bySplit.has(split)) {
      findings.add("split-missing", split, { detail: WITHOUT[split] });
      continue;
    }
    for (const [k, count] of countIn(split).entries()) {
      const place = `class "${dataset.classes[k] ?? ""}"`;
      const trained = train[k] ?? 0;
      if (count > 0 && trained === 0 && bySplit.has("train")) {
        findings.add("class-missing-in-train", place, { detail: `${countOf(count, "object")} in ${split}` });
      }
      if (count === 0 && trained > 0) {
        findings.add("class-missing-in-split", place, { detail: `none in ${split}, ${trained} in train` });
      }
    }
  }
}

/** What a missing split does to training. */
const WITHOUT = {
  val: "training draws a tenth of train instead",
  test: "nothing is left to judge the result on",
};
