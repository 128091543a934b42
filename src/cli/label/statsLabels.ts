import { basename, resolve } from "node:path";
import type { Command } from "commander";
import { Random } from "../../base/random.ts";
import type { FormatId } from "../../data/formats/format.ts";
import { addReadingOptions, addFromOption, printWarnings, type ReadingFlags, readingOptions } from "../dataset.ts";
import { addCommonOptions, addExamples, addOverwriteOption, choice, numberIn, printJson } from "../options.ts";
import { renderTables, TABLE_FORMATS, type TableFormat } from "../tables.ts";

interface Flags extends ReadingFlags {
  size?: number;
  format: TableFormat | "json";
  report?: string;
  overwrite?: true;
  seed: number;
  from?: FormatId;
  json?: true;
}

/** `label stats` */
export function addStats(program: Command): void {
  const command = program
    .command("stats")
    .description("Count and measure what is labelled, and say which input size and anchors suit it")
    .argument("<dataset>", "what `label import` wrote, or any labels that it can read")
    .option(
      "--size <pixels>",
      "input size that the anchors are for (default: the recommended one)",
      numberIn({ whole: true, min: 16, max: 8192 }),
    )
    .option("--report <file>", "write everything, with plots, as one HTML file")
    .addOption(choice("--format <how>", "what is printed", [...TABLE_FORMATS, "json"], "table"))
    .option("--seed <n>", "seed for k-means", numberIn({ whole: true, min: 0, max: 2 ** 31 - 1 }), 1);
  addFromOption(command);
  addReadingOptions(command);
  addOverwriteOption(command);
  addCommonOptions(command).action(stats);
  addExamples(command, "label stats photos", "label stats dataset --report stats.html", "label stats dataset --json");
}

async function stats(source: string, flags: Flags): Promise<void> {
  const { size, format, report, overwrite, seed, json } = flags;
  if (report !== undefined) {
    const { requireReplaceable } = await import("../../base/output/requireReplaceable.ts");
    await requireReplaceable(report, { inputs: [source], overwrite });
  }
  const { readDataset } = await import("../../data/readDataset.ts");
  const { datasetStats } = await import("../../data/stats/datasetStats.ts");
  const { adviseAnchors } = await import("../../detection/boxes/adviseAnchors.ts");
  const advice = await import("../../report/stats/advice.ts");
  const read = await readDataset(source, readingOptions(flags));
  const { dataset, warnings } = read;
  printWarnings(warnings);
  const measured = datasetStats(dataset);
  const { inputSize } = measured;
  const anchorSize = size ?? inputSize?.recommended.size;
  const random = new Random(seed).fork("anchors");
  const anchors = anchorSize === undefined ? undefined : adviseAnchors(dataset.images, anchorSize, random);
  const words = [
    ...advice.observations(measured),
    ...(inputSize ? [advice.inputSizeWords(inputSize)] : []),
    ...(anchors ? [advice.anchorWords(anchors)] : []),
  ];
  if (json || format === "json") {
    const { widthsHeights: _, ...shown } = anchors ?? { widthsHeights: undefined };
    printJson({ source: read.source, ...measured, anchors: anchors ? shown : null, words, warnings });
  } else {
    const { statsTables, positionsText } = await import("./statsTables.ts");
    const tables = renderTables(statsTables(measured, anchors, format === "table"), format);
    const heatMap = format === "table" && inputSize ? [positionsText(measured)] : [];
    // A CSV file holds tables alone.
    const parts = format === "csv" ? [tables] : [advice.headline(measured), tables, ...heatMap, words.join("\n\n")];
    process.stdout.write(`${parts.join("\n\n")}\n`);
  }
  if (report === undefined) return;
  const { writeStatsReport } = await import("../../report/stats/statsReport.ts");
  const title = basename(resolve(source));
  await writeStatsReport(report, { title, stats: measured, anchors, warnings });
  process.stderr.write(`report: ${report}\n`);
}
