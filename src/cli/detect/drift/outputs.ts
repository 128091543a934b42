import { join } from "node:path";
import { writeFileAtomic } from "../../../base/files.ts";
import { requireReplaceable } from "../../../base/output/requireReplaceable.ts";
import type { DriftReportInput } from "../../../report/drift/input.ts";
import type { Sides } from "./sides.ts";

export interface OutputFlags {
  against: string;
  out?: string;
  saveReference?: string;
  overwrite?: true;
}

/** Writes the report, and in a folder the numbers beside it; answers the report's path. */
export type WriteReport = (input: DriftReportInput, document: object) => Promise<string>;

const REPORT = "report.html";
const NUMBERS = "drift.json";

/** Makes sure, before anything is computed, that what is asked for may be written. */
export async function findOutputs(
  run: string,
  { images, reference }: Sides,
  { against, out, saveReference, overwrite }: OutputFlags,
): Promise<WriteReport | undefined> {
  const { placeOfModel } = await import("../openPredictor.ts");
  const model = await placeOfModel(run);
  const files = [...images, ...(reference.images?.all ?? [])].map(({ file }) => file);
  const read = [model, against, ...files, ...(reference.images ? [reference.images.source] : [])];
  if (saveReference !== undefined) {
    const { isReference } = await import("../../../monitoring/referenceFile.ts");
    const inputs = [model, ...read.slice(1)];
    await requireReplaceable(saveReference, { inputs, overwrite, isOwn: isReference, what: "no reference of drift" });
  }
  if (out === undefined) return undefined;
  const { writeDriftReport } = await import("../../../report/drift/driftReport.ts");
  if (/\.html?$/i.test(out)) {
    await requireReplaceable(out, { inputs: read, overwrite });
    return async (input) => {
      await writeDriftReport(out, input);
      return out;
    };
  }
  const { OutputFolder } = await import("../../../base/output/outputFolder.ts");
  const names = [REPORT, NUMBERS];
  const folder = await OutputFolder.open(out, { command: "detect drift", overwrite, inputs: read, results: true });
  await folder.requireFree(names);
  return (input, document) =>
    folder.write(async () => {
      await writeFileAtomic(join(out, NUMBERS), `${JSON.stringify(document, undefined, 2)}\n`);
      await writeDriftReport(join(out, REPORT), input);
      return join(out, REPORT);
    }, names);
}
