import { UsageError } from "../../../base/errors.ts";
import { countOf } from "../../../base/words.ts";
import type { ReaderReportInput } from "../../../report/reading/input.ts";
import type { PredictorOptions } from "../../../training/predictorOptions.ts";
import type { DataTable } from "../../tables.ts";
import type { Measured } from "../failUnder.ts";
import { type MeasuredFlags, measuredData } from "../measuredData.ts";
import { openPredictor } from "../openPredictor.ts";
import { type DecodingFlags, decodingOf } from "./decoding.ts";
import { readerTables } from "./readerTables.ts";

/** The numbers that `--fail-under` knows of readers: the higher the better. */
export const READER_METRICS = ["character_accuracy", "word_accuracy", "exact"];

export interface ReaderMeasurement {
  document: object;
  tables: DataTable[];
  numbers: Measured;
  /** What its report shows. */
  reported: ReaderReportInput;
}

/** Runs a trained reader over images whose text is known, and measures what it reads. */
export async function evalReader(
  flags: MeasuredFlags & PredictorOptions & DecodingFlags & { resamples: number; seed: number },
): Promise<ReaderMeasurement> {
  const decoding = await decodingOf(flags);
  const { weights, title, warnings, dataset } = await measuredData(flags, "reading");
  const { readerData, unknownCharacters } = await import("../../../sequence/reading/readerData.ts");
  const { measureReader } = await import("../../../sequence/reading/measure.ts");
  const reader = await openPredictor(weights, flags);
  if (reader.kind !== "reading") throw new UsageError(`${weights}: holds no reader`);
  const { classes, description } = reader;
  const { images, notes } = readerData(dataset, description.margin);
  const unknown = unknownCharacters(images, classes, "these images");
  const said = unknown === undefined ? notes : [...notes, unknown];
  for (const note of said) process.stderr.write(`${note}\n`);
  const found = await reader.readLabelled(images, decoding);
  reader.dispose();
  const evaluation = measureReader(found, flags);
  const { metrics, text } = evaluation;
  process.stderr.write(`measured on ${countOf(found.length, "text")}\n`);
  return {
    document: { images: found.length, classes, ...metrics, ...text },
    reported: { title, classes, images: found, evaluation, warnings: [...warnings, ...said] },
    tables: readerTables(evaluation),
    numbers: { overall: metrics, perClass: [] },
  };
}
