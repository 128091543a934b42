import type { Command } from "commander";
import type { FetchCounts, Fetched } from "../../data/fetch/fetchImages.ts";
import { groupBy } from "../../data/files.ts";
import { abortOnInterrupt, INTERRUPTED } from "../interrupt.ts";
import { addCommonOptions, addExamples, addOverwriteOption, numberIn, printJson, requireOptions } from "../options.ts";
import { Progress } from "../progress.ts";
import { packageVersion } from "../version.ts";

interface Flags {
  out: string;
  jobs: number;
  timeout: number;
  retries: number;
  maxMb: number;
  minSide: number;
  duplicates?: true;
  overwrite?: true;
  json?: true;
}

/** `label fetch` */
export function addFetch(program: Command): void {
  const command = program
    .command("fetch")
    .description("Collect images by address, with images.csv beside them: what became of each, source and licence")
    .argument("<list>", "text file with one address a line, or CSV with a column url")
    .option("--out <folder>", "folder to write to; a run that was ended goes on in it")
    .option("--jobs <n>", "how many at a time", numberIn({ whole: true, min: 1, max: 64 }), 4)
    .option(
      "--timeout <s>",
      "seconds for an image; a quarter of it without a byte is too long",
      numberIn({ above: 0 }),
      60,
    )
    .option("--retries <n>", "tries after a first that fails", numberIn({ whole: true, min: 0, max: 20 }), 3)
    .option("--max-mb <n>", "megabytes that an image may have", numberIn({ above: 0 }), 50)
    .option("--min-side <px>", "pixels that an image must have on each side", numberIn({ whole: true, min: 1 }), 1)
    .option("--duplicates", "keep images that look like another one");
  requireOptions(command, "out");
  addOverwriteOption(command);
  addCommonOptions(command).action(fetchList);
  addExamples(
    command,
    "label fetch urls.txt --out photos",
    "label fetch birds.csv --out photos --jobs 8 --min-side 200",
  );
  command.addHelpText(
    "after",
    "\nA CSV has a header; commas, semicolons or tabs separate. Its columns file (a name for the image), source, licence\n" +
      "and any others come into images.csv. Only http and https are fetched. Addresses within your own network are fetched\n" +
      "like any other, but a redirect from outside does not lead there. Take images whose licence allows it.",
  );
}

async function fetchList(list: string, flags: Flags): Promise<void> {
  const { readFetchList } = await import("../../data/fetch/fetchList.ts");
  const { fetchImages } = await import("../../data/fetch/fetchImages.ts");
  const { items, repeated } = await readFetchList(list);
  if (repeated > 0) process.stderr.write(`warning: addresses that come more than once, fetched once: ${repeated}\n`);
  const signal = abortOnInterrupt(() => process.stderr.write("\nending; the same command goes on\n"));
  const progress = new Progress("fetch");
  const started = performance.now();
  let result: Fetched;
  try {
    result = await fetchImages(items, flags.out, {
      jobs: flags.jobs,
      timeout: flags.timeout * 1000,
      stallTimeout: flags.timeout * 250,
      retries: flags.retries,
      maxBytes: flags.maxMb * 1e6,
      minSide: flags.minSide,
      list,
      overwrite: flags.overwrite,
      ...(flags.duplicates && { duplicateBits: null }),
      userAgent: `anchorkit/${packageVersion()}`,
      signal,
      onProgress: (counts) => {
        progress.update(progressOf(counts, (performance.now() - started) / 1000));
      },
    });
  } finally {
    progress.stop();
  }
  if (flags.json) printJson(result);
  else process.stdout.write(`${summary(result, flags.out).join("\n")}\n`);
  if (result.interrupted) process.exitCode = INTERRUPTED;
  else if (result.failed > 0) process.exitCode = 1;
}

function progressOf(counts: FetchCounts, seconds: number) {
  const { total, ok, kept, duplicates, failed } = counts;
  const done = ok + kept + duplicates + failed;
  const text = `${ok + kept} images, ${duplicates} near-duplicates, ${failed} failed`;
  const fetched = done - kept;
  return { fraction: done / total, text, ...(fetched > 0 && { remaining: ((total - done) * seconds) / fetched }) };
}

function summary(result: Fetched, out: string): string[] {
  const { ok, kept, duplicates, failed, total, interrupted, failures, file } = result;
  const lines = [`${ok + kept} images in ${out}${kept > 0 ? `, ${ok} of them new` : ""}`];
  if (duplicates > 0)
    lines.push(`${duplicates} near-duplicates dropped; ${file} says of what (--duplicates keeps them)`);
  if (failed > 0) lines.push(`${failed} failed:`);
  lines.push(...byReason(failures, file));
  if (interrupted) lines.push(`${total - ok - kept - duplicates - failed} not fetched yet: the same command goes on`);
  else if (failed > 0) lines.push("the same command tries those again");
  return lines;
}

/** A line for each reason, the most frequent first: the first address, and how many more. */
function byReason(failures: Fetched["failures"], file: string): string[] {
  const reasons = [...groupBy(failures, ({ reason }) => reason)].sort(([, a], [, b]) => b.length - a.length);
  const lines = reasons.slice(0, SHOWN).map(([reason, [first, ...others]]) => {
    const more = others.length > 0 ? ` (and ${others.length} more)` : "";
    return `  ${first?.url ?? ""}: ${reason}${more}`;
  });
  return reasons.length > SHOWN ? [...lines, `  and ${reasons.length - SHOWN} more reasons, in ${file}`] : lines;
}

const SHOWN = 12;
