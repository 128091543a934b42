import type { Dataset, ImageRecord, LabelledObject } from "../../../src/data/dataset.ts";
import { Findings } from "../../../src/data/lint/findings.ts";
import type { LintFinding } from "../../../src/data/lint/report.ts";
import type { RuleId } from "../../../src/data/lint/rules.ts";

type Box = LabelledObject["box"];

/** An image of 400 x 300 with the given boxes and classes. */
export function image(
  id: number,
  objects: readonly (LabelledObject | readonly [k: number, box: Box])[],
  more: Partial<ImageRecord> = {},
): ImageRecord {
  const records = objects.map((object) => ("box" in object ? object : { class: object[0], box: object[1] }));
  return { id, file: `${id}.jpg`, width: 400, height: 300, objects: records, ...more };
}

/** What a rule finds in a data set: its findings by rule, and what it returns. */
export function findingsOf<T>(
  dataset: Dataset,
  rule: (dataset: Dataset, findings: Findings) => T,
): { result: T; found: Partial<Record<RuleId, LintFinding>>; changes: Findings["changes"] } {
  const findings = new Findings();
  for (const record of dataset.images) {
    findings.placed(record, record.file);
    for (const [i, object] of record.objects.entries()) findings.placed(object, `${record.file}: object ${i + 1}`);
  }
  const result = rule(dataset, findings);
  const list = findings.list(100).map((finding) => [finding.rule, finding]);
  return { result, found: Object.fromEntries(list) as Partial<Record<RuleId, LintFinding>>, changes: findings.changes };
}

/** "1.jpg: object 2 (detail)" of each place of a finding. */
export function placesOf(finding: LintFinding | undefined): string[] {
  return (finding?.places ?? []).map(({ file, object, detail }) => {
    const place = object === undefined ? file : `${file}: ${object}`;
    return detail === undefined ? place : `${place} (${detail})`;
  });
}
