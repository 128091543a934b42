/** One reader of bench/fuzz.ts: damages its files one at a time, reads, and tells its parent how it went. */
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AnchorkitError } from "../../src/base/errors.ts";
import { Random } from "../../src/base/random.ts";
import { damaged } from "./damage.ts";
import { openTarget } from "./targets.ts";

/** How it went so far. */
export interface FuzzReport {
  inputs: number;
  /** Those that were read in spite of all. */
  read: number;
  /** Seconds. */
  slowest: number;
  megabytes: number;
  /** What came other than an AnchorkitError of one line, and where the input is kept. */
  failures: { message: string; kept: string }[];
}

const [name = "", count = "1", folder = ""] = process.argv.slice(2);
const LONGEST_MESSAGE = 2010;
/** The words of libraries, which no person should read. */
const RAW =
  /Invalid input|\[object |Cannot (?:read|set|convert)|is not a function|is not iterable|ENO|EISDIR|undefined/;

let told = performance.now();
const report: FuzzReport = { inputs: 0, read: 0, slowest: 0, megabytes: 0, failures: [] };
const place = join(folder, "input");
const target = await openTarget(name, place);
const random = new Random(`${process.env.FUZZ_SEED ?? "1"} ${name}`);
const sound = await Promise.all(target.files.map((file) => readFile(file)));
await target.read(); // what is not damaged must be read

while (report.inputs < Number(count) && report.failures.length < 20) {
  const k = random.int(target.files.length);
  const [file = "", bytes = Buffer.alloc(0)] = [target.files[k], sound[k]];
  const bad = damaged(bytes, random);
  await writeFile(file, target.mend?.(bad, random) ?? bad);
  const started = performance.now();
  try {
    await target.read();
    report.read++;
  } catch (error) {
    const message = complaint(error);
    if (message !== undefined) {
      const kept = `${folder}-kept-${report.failures.length}`;
      report.failures.push({ message, kept });
      await cp(place, kept, { recursive: true });
    }
  }
  report.slowest = Math.max(report.slowest, (performance.now() - started) / 1000);
  report.inputs++;
  await writeFile(file, bytes);
  if (report.inputs % 8 === 0 || performance.now() - told > 1000) tell();
}
tell();
process.disconnect();
process.exit(0); // the engine's threads hold nothing that matters

/** What is wrong with an error; undefined for one as it should be. */
function complaint(error: unknown): string | undefined {
  if (!(error instanceof AnchorkitError))
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  const { message } = error;
  if (message.includes("\n")) return `more than one line: ${message}`;
  if (message.length > LONGEST_MESSAGE) return `${message.length} characters: ${message}`;
  const quoteless = message.replace(/"[^"]*"/g, '""'); // the file's own words
  return RAW.test(quoteless) ? `a library's own words: ${message}` : undefined;
}

function tell(): void {
  told = performance.now();
  report.megabytes = Math.round(process.resourceUsage().maxRSS / 1024);
  process.send?.(report);
}
