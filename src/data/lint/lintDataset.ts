import { knownOptions } from "../../geometry/knownOptions.ts";
import { AnchorkitError } from "../../base/errors.ts";
import type { Dataset } from "../dataset.ts";
import type { ReadResult } from "../formats/format.ts";
import { kindOf, shownPath } from "../files.ts";
import { READING_OPTIONS, readDataset, type ReadDatasetOptions } from "../readDataset.ts";
import { checkBalance } from "./balance.ts";
import { findTypos, mergeAlikeClasses } from "./classNames.ts";
import { checkConvention, judgeConvention } from "./convention.ts";
import { dropDuplicateBoxes } from "./duplicateBoxes.ts";
import { Findings } from "./findings.ts";
import { type FixOptions, openTarget, writeFixed } from "./fix.ts";
import { scaleFractions } from "./fractionBoxes.ts";
import type { LintReport } from "./report.ts";
import type { Severity } from "./rules.ts";
import { findCopies, lookAtPixels } from "./sameImages.ts";
import { checkSplits } from "./splitRules.ts";
import { checkTrainingSize } from "./trainingSize.ts";
import { findUnusualBoxes } from "./unusualBoxes.ts";

export interface LintOptions extends Omit<ReadDatasetOptions, "observer"> {
  /** The longer side of images in training; 320 unless told, where there are objects: labels of whole images need no size. */
  size?: number;
  /** Decode every image: find damaged ones, and those that look alike. */
  pixels?: boolean;
  /** Write a corrected copy into this new folder. */
  fix?: FixOptions;
  /** How many places of each kind of finding to report; 10 unless told. */
  places?: number;
}

/** The longer side of a detector's input unless told. */
const DETECTOR_SIZE = 320;

/**
 * Says what is wrong with a data set, or probably is, and what each of it does to training. Labels that other commands
 * refuse are told of, and the rest is looked at. With `fix`, what can be corrected without guessing is written to a new
 * folder, as `label import` writes data sets, with a list of the changes; the input is only read.
 *
 * @throws AnchorkitError when there is nothing at the path, and when the folder to write to is not empty or lies in what
 * is read
 */
export async function lintDataset(path: string, options: LintOptions = {}): Promise<LintReport> {
  const { observer: _, ...readingOptions } = READING_OPTIONS;
  knownOptions("lintDataset", options, { ...readingOptions, size: true, pixels: true, fix: true, places: true });
  const { size, pixels = false, fix, places = 10, ...reading } = options;
  const output = fix && (await openTarget(path, fix));
  const findings = new Findings();
  const read = await readAll(path, reading, findings);
  const counts = (dataset: Dataset) => dataset.images.reduce((sum, { objects }) => sum + objects.length, 0);
  if (!read) return reportOf(path, { classes: [], images: [] }, 0);
  let { dataset } = read;
  findings.seen(dataset.images);
  const objects = counts(dataset);
  const trainingSize = size ?? (objects > 0 ? DETECTOR_SIZE : undefined);
  dataset = mergeAlikeClasses(scaleFractions(dataset, findings), findings);
  dataset = dropDuplicateBoxes(dataset, findings);
  findTypos(dataset, findings);
  if (trainingSize !== undefined) checkTrainingSize(dataset, trainingSize, findings);
  findUnusualBoxes(dataset, findings);
  checkBalance(dataset, findings);
  checkSplits(dataset, findings);
  checkConvention(findings.ends.counts(), reading.coordinates, findings);
  const copies = await findCopies(dataset, findings);
  if (pixels) await lookAtPixels(dataset, copies, findings);
  const report = reportOf(read.source, dataset, objects);
  if (!fix || !output) return report;
  return { ...report, fixed: await writeFixed(dataset, findings.changes, output, fix) };

  function reportOf(source: string, { images, classes }: Dataset, objectCount: number): LintReport {
    const convention = judgeConvention(findings.ends.counts());
    const list = findings.list(places);
    const kinds: Record<Severity, number> = { error: 0, warning: 0, note: 0 };
    for (const { severity } of list) kinds[severity]++;
    const labels = images.reduce((sum, image) => sum + (image.labels?.length ?? 0), 0);
    const summary = {
      source,
      images: images.length,
      objects: objectCount,
      labels,
      classes,
      counts: kinds,
      findings: list,
    };
    return { ...summary, ...(convention && { convention }) };
  }
}

/** The data set without what cannot be read; undefined where that is all of it. */
async function readAll(path: string, reading: ReadDatasetOptions, findings: Findings): Promise<ReadResult | undefined> {
  if ((await kindOf(path)) === undefined) throw new AnchorkitError(`${shownPath(path)}: no such file or folder`);
  try {
    return await readDataset(path, { ...reading, observer: findings });
  } catch (error) {
    if (!(error instanceof AnchorkitError)) throw error;
    const name = shownPath(path);
    // the message begins with the path, or with that of a file below it
    const [, file = name, reason = error.message] = /^(.*?): (.*)$/s.exec(error.message) ?? [];
    if (file.startsWith(name)) findings.add("cannot-read", file, { detail: reason });
    else findings.add("cannot-read", name, { detail: error.message });
    return undefined;
  }
}
