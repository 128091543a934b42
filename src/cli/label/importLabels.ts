import type { Command } from "commander";
import { countOf } from "../../base/words.ts";
import type { FormatId } from "../../data/formats/format.ts";
import { countSplits } from "../../data/split/splits.ts";
import {
  addReadingOptions,
  addFromOption,
  describeClasses,
  describeSplits,
  printWarnings,
  type ReadingFlags,
  readingOptions,
} from "../dataset.ts";
import { addFormatNames } from "../formatNames.ts";
import { addCommonOptions, addExamples, addOverwriteOption, printJson, requireOptions } from "../options.ts";

interface Flags extends ReadingFlags {
  out: string;
  from?: FormatId;
  copy?: true;
  overwrite?: true;
  json?: true;
}

/** `label import` */
export function addImport(program: Command): void {
  const command = program
    .command("import")
    .description("Read labels in any of the formats below and write them as one COCO JSON file")
    .argument("<source>", "folder or file with the labels")
    .option("--out <dataset>", "folder to write to; --data takes it")
    .option("--copy", "copy the images there too, so that the folder can be moved");
  requireOptions(command, "out");
  addFromOption(command);
  addReadingOptions(command);
  addOverwriteOption(command);
  addCommonOptions(command).action(importInto);
  addFormatNames(command);
  addExamples(command, "label import photos --out dataset", "label import VOC2007 --out dataset --coordinates voc");
}

async function importInto(source: string, flags: Flags): Promise<void> {
  const { out, copy, overwrite, json } = flags;
  const { importLabels } = await import("../../data/importLabels.ts");
  const options = { copy: copy ?? false, overwrite, ...readingOptions(flags) };
  const { dataset, warnings, source: read, file } = await importLabels(source, out, options);
  const { classes, images } = dataset;
  const objects = images.reduce((sum, image) => sum + image.objects.length, 0);
  const splits = countSplits(images);
  printWarnings(warnings);
  if (json) {
    printJson({ source: read, file, images: images.length, objects, classes, splits, warnings });
    return;
  }
  const split = images.some((image) => image.split !== undefined);
  const lines = [
    `${read}: ${countOf(images.length, "image")}, ${countOf(objects, "object")}, ${describeClasses(classes)}`,
    split ? describeSplits(splits) : "no splits: training will draw them, 80/10/10, by its seed",
    `written to ${file}`,
    `next: detect train --data ${out}`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}
