import { appendFile, readFile } from "node:fs/promises";
import { parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";
import { writeFileAtomic } from "../../base/files.ts";
import { AnchorkitError } from "../../base/errors.ts";
import { systemErrorAt } from "../../base/systemErrors.ts";
import type { FitValidation } from "../loop/progress.ts";
import type { Callback } from "./callback.ts";

/**
 * Writes a row a validation into a CSV file, as Keras's CSVLogger does for epochs: step, epoch, seconds, losses, learning
 * rate, score, and each metric under its name. A training that goes on goes on with the file, from its checkpoint.
 *
 * @param file is made anew where a training begins
 */
export function csvLog(file: string): Callback {
  let columns: readonly string[] | undefined;
  return {
    name: `csv log ${file}`,
    async onBegin({ step }) {
      const rows = step === 0 ? [] : await readRows(file);
      const [head] = rows;
      columns = head;
      const kept = rows.filter((row, i) => i === 0 || Number(row[0]) <= step);
      await writeFileAtomic(file, stringify(kept));
    },
    async onValidation(state) {
      const row = rowOf(state);
      const lines: unknown[][] = columns ? [] : [(columns = Object.keys(row))];
      lines.push(columns.map((name) => row[name] ?? ""));
      await appendFile(file, stringify(lines)).catch((error: unknown) => {
        throw systemErrorAt(error, file);
      });
      return undefined;
    },
  };
}

function rowOf(state: FitValidation): Record<string, number | undefined> {
  const { step, epoch, elapsed, loss, validationLoss, learningRate, score, metrics } = state;
  return { step, epoch, elapsed, loss, validationLoss, learningRate, score, ...metrics };
}

async function readRows(file: string): Promise<string[][]> {
  try {
    const text = await readFile(file, "utf8");
    return parse(text.slice(0, text.lastIndexOf("\n") + 1), { relax_column_count: true }); // no row that was cut off
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw new AnchorkitError(`${file}: is no log of this training, and cannot be added to`, { cause: error });
  }
}
