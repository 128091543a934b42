import type { Command } from "commander";
import { count, countOf } from "../../base/words.ts";
import type { FetchCounts, Fetched } from "../../data/fetch/fetchImages.ts";
import { groupBy } from "../../data/files.ts";
import { abortOnInterrupt, INTERRUPTED } from "../interrupt.ts";
import { addCommonOptions, addExamples, addOverwriteOption, numberIn, printJson, requireOptions } from "../options.ts";
import { Progress } from "../progress.ts";
import { packageVersion } from "../../base/packageVersion.ts";

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
    .description(
      "Download images by address, with an images.csv beside them: what became of each, its source and licence",
    )
    .argument("<list>", "text file with one address per line, or CSV file with a column url")
    .option("--out <folder>", "folder to write to; a run that was stopped continues there")
    .option("--jobs <n>", "how many to download at a time", numberIn({ whole: true, min: 1, max: 64 }), 4)
    .option(
      "--timeout <s>",
      "seconds allowed for an image; also gives up after a quarter of that without a byte",
      numberIn({ above: 0 }),
      60,
    )
    .option("--retries <n>", "further tries after a failed one", numberIn({ whole: true, min: 0, max: 20 }), 3)
    .option("--max-mb <n>", "largest size of an image, in megabytes", numberIn({ above: 0 }), 50)
    .option("--min-side <px>", "shortest side that an image may have, in pixels", numberIn({ whole: true, min: 1 }), 1)
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
    "\nA CSV file has a header, and is separated by commas, semicolons or tabs. Its columns file (a name for the image),\n" +
      "source, licence and any others are copied to images.csv. Only http and https are fetched. Addresses within your own\n" +
      "network are fetched like any other, but redirects from outside to them are not followed. Take images whose licence\nallows it.",
  );
}

async function fetchList(list: string, flags: Flags): Promise<void> {
  const { readFetchList } = await import("../../data/fetch/fetchList.ts");
  const { fetchImages } = await import("../../data/fetch/fetchImages.ts");
  const { items, repeated } = await readFetchList(list);
  if (repeated > 0)
    process.stderr.write(
      `warning: ${repeated === 1 ? "1 address is repeated and is" : `${count(repeated)} addresses are repeated and are`} fetched only once\n`,
    );
  const signal = abortOnInterrupt(() => process.stderr.write("\nstopping; run the same command again to continue\n"));
  const progress = new Progress("fetching");
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
  const text = `${countOf(ok + kept, "image")}, ${countOf(duplicates, "near-duplicate")}, ${count(failed)} failed`;
  const fetched = done - kept;
  return { fraction: done / total, text, ...(fetched > 0 && { remaining: ((total - done) * seconds) / fetched }) };
}

function summary(result: Fetched, out: string): string[] {
  const { ok, kept, duplicates, failed, total, interrupted, failures, file } = result;
  const lines = [`${countOf(ok + kept, "image")} in ${out}${kept > 0 ? `, ${count(ok)} of them new` : ""}`];
  if (duplicates > 0)
    lines.push(
      `${countOf(duplicates, "near-duplicate")} dropped; ${file} says of which images (--duplicates keeps them)`,
    );
  if (failed > 0) lines.push(`${failed} failed:`);
  lines.push(...byReason(failures, file));
  if (interrupted)
    lines.push(`${total - ok - kept - duplicates - failed} not fetched yet: run the same command again to continue`);
  else if (failed > 0) lines.push("run the same command again to retry those");
  return lines;
}

/** A line for each reason, the most frequent first: the first address, and how many more. */
function byReason(failures: Fetched["failures"], file: string): string[] {
  const reasons = [...groupBy(failures, ({ reason }) => reason)].sort(([, a], [, b]) => b.length - a.length);
  const lines = reasons.slice(0, SHOWN).map(([reason, [first, ...others]]) => {
    const more = others.length > 0 ? ` (and ${others.length} more)` : "";
    return `  ${first?.url ?? ""}: ${reason}${more}`;
  });
  return reasons.length > SHOWN
    ? [...lines, `  and ${countOf(reasons.length - SHOWN, "more reason")}, in ${file}`]
    : lines;
}

const SHOWN = 12;
