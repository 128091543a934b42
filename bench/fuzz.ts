/**
 * Damaged inputs for everything that reads a file: labels of every format, results, data.yaml, CSV, images, run folders.
 * Each is read as a person's file would be; whatever is wrong with it must come as one AnchorkitError of one line,
 * within 10 seconds and 1 GB.
 *
 *   npx tsx bench/fuzz.ts [--count 200000] [--seed 1] [--only coco]
 *
 * The readers share the count, those of single files with three times as much as those of data sets. Each runs in a process of its own, which is ended when an input takes longer.
 */
import { fork } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { isDataSet, TARGET_NAMES } from "./fuzz/targets.ts";
import type { FuzzReport } from "./fuzz/child.ts";

const SECONDS = 10;
const MEGABYTES = 1024;

const { values: options } = parseArgs({
  options: {
    count: { type: "string", default: "200000" },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
  },
});
const names = TARGET_NAMES.filter((name) => options.only === undefined || name === options.only);
/** A data set takes so many times longer to read than a single file. */
const SLOWER = 3;
const shareOf = (name: string): number => (isDataSet(name) ? 1 : SLOWER);
const share = Number(options.count) / names.reduce((sum, name) => sum + shareOf(name), 0);

let [inputs, wrong] = [0, 0];
console.log("reader          inputs    read  refused  slowest, s  memory, MB  wrong");
for (const name of names) {
  const { report, hung } = await fuzz(name, Math.ceil(share * shareOf(name)));
  const failures = [...report.failures];
  if (hung !== undefined) failures.push({ message: `took longer than ${SECONDS} s`, kept: hung });
  if (report.megabytes > MEGABYTES) failures.push({ message: `held ${report.megabytes} MB`, kept: "" });
  inputs += report.inputs;
  wrong += failures.length;
  const cells = [
    ...[report.inputs, report.read, report.inputs - report.read - report.failures.length],
    ...[report.slowest.toFixed(2), report.megabytes, failures.length],
  ];
  const widths = [7, 8, 9, 12, 12, 7];
  console.log(`${name.padEnd(14)}${cells.map((cell, i) => String(cell).padStart(widths[i] ?? 0)).join("")}`);
  for (const { message, kept } of failures.slice(0, 10)) console.log(`  ${message}${kept && `\n    ${kept}`}`);
}
console.log(`${inputs} inputs, ${wrong} wrong`);
process.exitCode = wrong > 0 ? 1 : 0;

/** Runs one reader; a folder with the input that hung is kept. */
async function fuzz(name: string, count: number): Promise<{ report: FuzzReport; hung?: string }> {
  const folder = await mkdtemp(join(tmpdir(), `anchorkit-fuzz-${name}-`));
  const child = fork(fileURLToPath(new URL("./fuzz/child.ts", import.meta.url)), [name, String(count), folder], {
    execArgv: [...process.execArgv, `--max-old-space-size=${MEGABYTES}`],
    env: { ...process.env, FUZZ_SEED: options.seed, XDG_CACHE_HOME: join(folder, "cache"), TF_CPP_MIN_LOG_LEVEL: "3" },
  });
  let report: FuzzReport = { inputs: 0, read: 0, slowest: 0, megabytes: 0, failures: [] };
  let heard = performance.now();
  child.on("message", (message: FuzzReport) => {
    heard = performance.now();
    report = message;
  });
  const kept = `${folder}-kept`;
  let hung: string | undefined;
  const watch = setInterval(() => {
    if (performance.now() - heard < 1000 * (report.inputs === 0 ? 60 : SECONDS)) return;
    hung = kept;
    child.kill("SIGKILL");
  }, 500);
  const code = await new Promise<number | null>((resolve) => child.once("exit", resolve));
  clearInterval(watch);
  if (code !== 0) await cp(folder, kept, { recursive: true });
  if (code !== 0 && hung === undefined) {
    report.failures.push({ message: `the process ended with ${code ?? "a signal"}`, kept });
  }
  await rm(folder, { recursive: true, force: true });
  return { report, ...(hung !== undefined && { hung }) };
}
