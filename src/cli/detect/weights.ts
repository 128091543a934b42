import type { Command } from "commander";
import { UsageError } from "../../base/errors.ts";
import { PUBLISHED_FILES, type PublishedFile } from "../../core/weights/publishedFiles.ts";
import { cachedPath, isCached, publishedFile, weightsFolder } from "../../core/weights/weightCache.ts";
import { addCommonOptions, addExamples, printJson } from "../options.ts";
import { renderTables } from "../tables.ts";
import { fetchWeights } from "./pretrained.ts";

interface WeightsFlags {
  json?: true;
}

/** `detect weights` */
export function addWeights(program: Command): void {
  const command = program
    .command("weights")
    .description("List the weights that --pretrained knows by name, and which of them are here; download some")
    .argument("[names...]", "download these, unless they are here");
  addCommonOptions(command).action(listWeights);
  addExamples(command, "detect weights", "detect weights resnet18 mobilenet-v2-0.35");
}

async function listWeights(names: string[], { json }: WeightsFlags): Promise<void> {
  const files = names.length === 0 ? PUBLISHED_FILES : names.map(fileNamed);
  for (const { name } of names.length === 0 ? [] : files) await fetchWeights(name);
  if (json) {
    printJson({ folder: weightsFolder(), weights: files.map(described) });
    return;
  }
  const table = renderTables([tableOf(files)], "table");
  process.stdout.write(`${table}\n\nkept in ${weightsFolder()}\n`);
}

/** @throws UsageError for a name that is none */
function fileNamed(name: string): PublishedFile {
  try {
    return publishedFile(name);
  } catch (error) {
    throw error instanceof Error ? new UsageError(error.message) : error;
  }
}

function described(file: PublishedFile) {
  return { ...file, path: cachedPath(file), cached: isCached(file) };
}

function tableOf(files: readonly PublishedFile[]) {
  return {
    columns: [
      ...[{ name: "name" }, { name: "backbone" }, { name: "publisher" }, { name: "licence" }],
      ...[{ name: "MB", digits: 1 }, { name: "here" }],
    ],
    rows: files.map((file) => [
      ...[file.name, file.backbone, file.publisher, file.licence, file.bytes / 1e6],
      isCached(file) ? "yes" : "no",
    ]),
  };
}
