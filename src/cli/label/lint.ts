import type { Command } from "commander";
import { defined } from "../../base/defined.ts";
import { UsageError } from "../../base/errors.ts";
import type { FormatId } from "../../data/formats/format.ts";
import type { LintOptions } from "../../data/lint/lintDataset.ts";
import { addReadingOptions, addFromOption, type ReadingFlags, readingOptions } from "../dataset.ts";
import { describeReport } from "./lintText.ts";
import { addCommonOptions, addExamples, addOverwriteOption, numberIn, printJson } from "../options.ts";

interface Flags extends ReadingFlags {
  fix?: true;
  out?: string;
  copy?: true;
  overwrite?: true;
  pixels?: true;
  all?: true;
  size?: number;
  from?: FormatId;
  json?: true;
}

/** `label lint` */
export function addLint(program: Command): void {
  const command = program
    .command("lint")
    .description(
      "Say what is wrong with the labels and what that does to training; exit with code 1 while errors remain",
    )
    .argument("<dataset>", "what `label import` wrote, or any labels that it can read")
    .option("--fix", "write a corrected copy to --out, with a list of the changes; the input stays as it is")
    .option("--out <folder>", "new folder for the corrected copy")
    .option("--copy", "copy the images there too")
    .option("--pixels", "decode the images, to find damaged ones and those that look alike")
    .option(
      "--size <pixels>",
      "longer side of the images in training (default: 320 where there are objects)",
      numberIn({ whole: true, min: 32 }),
    )
    .option("--all", "print every kind of finding, with more examples");
  addFromOption(command);
  addReadingOptions(command);
  addOverwriteOption(command);
  addCommonOptions(command).action(lint);
  addExamples(command, "label lint photos", "label lint photos --fix --out corrected", "label lint dataset --pixels");
}

async function lint(source: string, flags: Flags): Promise<void> {
  const { fix, out, copy, overwrite = false, all, json, size, pixels } = flags;
  if (fix && out === undefined) throw new UsageError("--fix needs --out <folder>, where to write the corrected copy");
  if (!fix && out !== undefined) throw new UsageError("--out is where --fix writes; give both or neither");
  const { lintDataset } = await import("../../data/lint/lintDataset.ts");
  const options: LintOptions = {
    ...defined({ size }),
    ...{ pixels: pixels ?? false, places: json ? Infinity : all ? 10 : 2 },
    ...(out !== undefined && { fix: { out, copy: copy ?? false, overwrite } }),
    ...readingOptions(flags),
  };
  const report = await lintDataset(source, options);
  // What the copy has corrected is no error any more.
  const left = report.findings.filter((found) => found.severity === "error" && !(report.fixed && found.fix));
  if (left.length > 0) process.exitCode = 1;
  if (json) printJson({ ...report, errorsLeft: left.length });
  else process.stdout.write(`${describeReport(report, { all: all ?? false, root: source })}\n`);
}
