import type { Command } from "commander";
import { countOf } from "../../base/words.ts";
import { FORMAT_IDS, type FormatId, type WriteResult } from "../../data/formats/format.ts";
import { addReadingOptions, addFromOption, printWarnings, type ReadingFlags, readingOptions } from "../dataset.ts";
import { addFormatNames } from "../formatNames.ts";
import { addCommonOptions, addExamples, addOverwriteOption, choice, printJson, requireOptions } from "../options.ts";

interface Flags extends ReadingFlags {
  to: FormatId;
  out: string;
  from?: FormatId;
  copy?: true;
  overwrite?: true;
  json?: true;
}

/** `label export` */
export function addExport(program: Command): void {
  const command = program
    .command("export")
    .description("Write labels in the format of another tool, and say what that format cannot hold")
    .argument("<dataset>", "what `label import` wrote, or any labels that it can read")
    .addOption(choice("--to <format>", "the format to write", FORMAT_IDS))
    .option("--out <folder>", "new or empty folder to write to")
    .option("--copy", "copy the images; otherwise they are hard-linked, or referred to where they are (coco)");
  requireOptions(command, "to", "out");
  addFromOption(command);
  addReadingOptions(command);
  addOverwriteOption(command);
  addCommonOptions(command).action(exportTo);
  addFormatNames(command);
  addExamples(command, "label export dataset --to yolo --out yolo", "label export photos --to coco --out coco --copy");
}

async function exportTo(source: string, flags: Flags): Promise<void> {
  const { to, out, copy, overwrite, json } = flags;
  const { readDataset } = await import("../../data/readDataset.ts");
  const { exportFolder, exportLabels, requireWritten } = await import("../../data/exportLabels.ts");
  const where = { source, overwrite };
  requireWritten(to);
  await exportFolder(out, where);
  const { dataset, ...read } = await readDataset(source, readingOptions(flags));
  const result = await exportLabels(dataset, to, out, { copy: copy ?? false, ...where });
  const warnings = [...read.warnings, ...result.warnings];
  printWarnings(warnings);
  const { images, classes } = dataset;
  const objects = images.reduce((sum, image) => sum + image.objects.length, 0);
  if (json) {
    const counts = { images: images.length, objects, classes };
    printJson({ source: read.source, to, path: result.path, ...counts, imageFiles: result.images, warnings });
    return;
  }
  const lines = [
    `${read.source}: ${countOf(images.length, "image")}, ${countOf(objects, "object")}`,
    `written to ${result.path}, images ${IMAGES[result.images]}`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

const IMAGES: Record<WriteResult["images"], string> = {
  "referred to": "referred to where they are (--copy copies them)",
  linked: "as hard links to the same files (--copy copies them)",
  copied: "copied",
};
