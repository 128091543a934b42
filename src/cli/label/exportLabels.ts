import type { Command } from "commander";
import { countOf } from "../../base/words.ts";
import { FORMAT_IDS, type Coordinates, type FormatId, type WriteResult } from "../../data/formats/format.ts";
import { addCoordinatesOption, addFromOption, printWarnings } from "../dataset.ts";
import { addFormatNames } from "../formatNames.ts";
import { addCommonOptions, addExamples, choice, printJson, requireOptions } from "../options.ts";

interface Flags {
  to: FormatId;
  out: string;
  from?: FormatId;
  copy?: true;
  coordinates?: Coordinates;
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
  addCoordinatesOption(command);
  addCommonOptions(command).action(exportTo);
  addFormatNames(command);
  addExamples(command, "label export dataset --to yolo --out yolo", "label export photos --to coco --out coco --copy");
}

async function exportTo(source: string, { to, out, from, copy, coordinates, json }: Flags): Promise<void> {
  const { readDataset } = await import("../../data/readDataset.ts");
  const { exportLabels } = await import("../../data/exportLabels.ts");
  const { dataset, ...read } = await readDataset(source, {
    ...(from && { from }),
    ...(coordinates && { coordinates }),
  });
  const result = await exportLabels(dataset, to, out, { copy: copy ?? false });
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
