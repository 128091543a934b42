import type { Command } from "commander";
import { AnchorkitError, UsageError } from "../../base/errors.ts";
import { Random } from "../../base/random.ts";
import { countOf } from "../../base/words.ts";
import type { ImageRecord, SplitName } from "../../data/dataset.ts";
import type { FormatId } from "../../data/formats/format.ts";
import type { GroupingOptions } from "../../data/split/imageGroups.ts";
import type { StratifiedResult } from "../../data/split/stratifiedSplit.ts";
import type { SplitFractions } from "../../data/split/iterativeStratification.ts";
import { addReadingOptions, addFromOption, printWarnings, type ReadingFlags, readingOptions } from "../dataset.ts";
import {
  addCommonOptions,
  addExamples,
  addOverwriteOption,
  choice,
  numberIn,
  printJson,
  requireOptions,
} from "../options.ts";
import { Progress } from "../progress.ts";
import { type DataTable, renderTables, TABLE_FORMATS, type TableFormat } from "../tables.ts";

interface Flags extends ReadingFlags, Partial<SplitFractions> {
  out: string;
  group?: string;
  nearDuplicates: boolean;
  seed: number;
  copy?: true;
  overwrite?: true;
  format: TableFormat | "json";
  from?: FormatId;
  json?: true;
}

/** `label split` */
export function addSplit(program: Command): void {
  const share = numberIn({ min: 0, max: 1 });
  const command = program
    .command("split")
    .description("Divide images into train, val and test: every class in each of them, similar images together in one")
    .argument(
      "<dataset>",
      "what `label import` wrote, or any labels that it can read; splits that it already has are not kept",
    )
    .option("--train <share>", "share of the images (default: what val and test leave, or 0.8)", share)
    .option("--val <share>", "share of the images (default: 0.1 where no share is given)", share)
    .option("--test <share>", "share of the images (default: 0.1 where no share is given)", share)
    .option("--out <dataset>", "folder to write to; --data takes it")
    .option(
      "--group <field or pattern>",
      "keep together images with the same value of a field, or of a regular expression on the file name",
    )
    .option("--no-near-duplicates", "do not look for images that look alike (then no image is decoded)")
    .option("--seed <n>", "seed for the random draw", numberIn({ whole: true, min: 0, max: 2 ** 31 - 1 }), 1)
    .option("--copy", "copy the images there too, so that the folder can be moved")
    .addOption(choice("--format <how>", "what is printed", [...TABLE_FORMATS, "json"], "table"));
  requireOptions(command, "out");
  addFromOption(command);
  addReadingOptions(command);
  addOverwriteOption(command);
  addCommonOptions(command).action(splitInto);
  addExamples(
    command,
    "label split photos --out dataset",
    "label split photos --train .7 --val .15 --test .15 --out dataset --seed 7",
    "label split slides --group '^(patient\\d+)_' --out dataset",
  );
}

async function splitInto(source: string, flags: Flags): Promise<void> {
  const { out, seed, group, copy = false, overwrite, format } = flags;
  const fractions = fractionsOf(flags);
  const { readDataset } = await import("../../data/readDataset.ts");
  const { datasetFile, openDatasetFolder, writeDatasetTo } = await import("../../data/datasetFolder.ts");
  const { stratifiedSplit } = await import("../../data/split/stratifiedSplit.ts");
  const output = await openDatasetFolder(out, { command: "label split", source, overwrite });
  const file = datasetFile(out);
  const read = await readDataset(source, readingOptions(flags));
  printWarnings(read.warnings);
  const { images } = read.dataset;
  const clips = images.some(({ frames }) => frames);
  if (clips && flags.nearDuplicates)
    process.stderr.write("clips are not compared: near-duplicates are not looked for\n");
  const looks = flags.nearDuplicates && !clips ? await lookAtAll(images) : undefined;
  const options = { fractions, ...(group !== undefined && { group }), ...looks };
  const result = stratifiedSplit(read.dataset, new Random(seed).fork("split"), options);
  printWarnings(result.warnings);
  await writeDatasetTo(output, result.dataset, { copy });
  if (flags.json || format === "json") {
    const { counts: splits, classes, background, groups } = result;
    const warnings = [...read.warnings, ...result.warnings];
    printJson({ source: read.source, file, seed, fractions, splits, classes, background, groups, warnings });
    return;
  }
  process.stdout.write(`${renderTables([splitTable(result, fractions)], format)}\n`);
  const { count, images: grouped } = result.groups;
  const redrawn = images.some(({ split }) => split !== undefined) ? "; the earlier splits are not kept" : "";
  const reason = [...(looks ? ["near-duplicates"] : []), ...(group === undefined ? [] : [group])].join(", ");
  if (count > 0)
    process.stderr.write(`${countOf(grouped, "image")} in ${countOf(count, "group")} (${reason}) were kept together\n`);
  process.stderr.write(`written to ${file}${redrawn}\nnext: detect train --data ${out}\n`);
}

/** The shares that were given; train is what val and test leave. */
function fractionsOf({ train, val, test }: Flags): SplitFractions {
  if (train === undefined && val === undefined && test === undefined) return { train: 0.8, val: 0.1, test: 0.1 };
  const rest = Math.max(0, 1 - (val ?? 0) - (test ?? 0));
  const fractions = { train: train ?? rest, val: val ?? 0, test: test ?? 0 };
  const sum = fractions.train + fractions.val + fractions.test;
  if (Math.abs(sum - 1) < 1e-6) return fractions;
  const given = SPLITS.map((split) => `--${split} ${fractions[split]}`).join(", ");
  throw new UsageError(`the shares must add up to 1, not ${Number(sum.toFixed(6))}: ${given}`);
}

const SPLITS = ["train", "val", "test"] as const satisfies SplitName[];

/** The hashes of all images, and the pairs of which one is a part of the other. */
async function lookAtAll(images: readonly ImageRecord[]): Promise<Required<Pick<GroupingOptions, "hashes" | "pairs">>> {
  const { mapParallel } = await import("../../data/parallel.ts");
  const { lookOf } = await import("../../data/duplicates/perceptualHash.ts");
  const { croppedCopies } = await import("../../data/duplicates/croppedCopies.ts");
  const progress = new Progress("looking for near-duplicates");
  let done = 0;
  try {
    const looks = await mapParallel(images, 4, async ({ file }) => {
      const look = await lookOf(file);
      progress.update({ fraction: ++done / images.length, text: `${done} of ${images.length} images` });
      return look;
    });
    return { hashes: looks.map(({ hash }) => hash), pairs: croppedCopies(looks) };
  } catch (error) {
    if (!(error instanceof AnchorkitError)) throw error;
    throw new AnchorkitError(`${error.message}; --no-near-duplicates splits without looking at the images`);
  } finally {
    progress.stop();
  }
}

/** Classes x splits: images in which the class occurs, then objects. */
function splitTable({ classes, background, counts }: StratifiedResult, fractions: SplitFractions): DataTable {
  const shown = SPLITS.filter((split) => fractions[split] > 0);
  const none = classes.length > 0 && Object.values(background).some((count) => count > 0);
  const objects = (count: (split: SplitName) => number): number[] => shown.map(count);
  return {
    columns: [
      { name: "class" },
      ...shown.map((split) => ({ name: `images in ${split}` })),
      ...shown.map((split) => ({ name: `objects in ${split}` })),
    ],
    rows: [
      ...classes.map((one) => [
        one.name,
        ...objects((split) => one.images[split]),
        ...objects((split) => one.objects[split]),
      ]),
      ...(none ? [["(no objects)", ...objects((split) => background[split]), ...objects(() => 0)]] : []),
      ["(all)", ...objects((split) => counts[split].images), ...objects((split) => counts[split].objects)],
    ],
  };
}
