/**
 * What a start from weights brings: the same training from scratch, from the weights that come with the package, and from
 * MobileNet V2 0.35's of ImageNet, on several data sets, for so many minutes each, one after the other. What is done is
 * kept in --out, so that the bench can be stopped and goes on. Runs what `npm run build` has made.
 *
 *   npx tsx bench/starts.ts --shared <folder with bccd, raccoon, sign-digits, nuclei256> --mobilenet <folder of weights>
 *     [--minutes 1,3,10] [--seeds 1,2] [--only bccd,raccoon,sample,sign-digits,nuclei,masks] [--starts scratch,own,mobilenet]
 *     [--out runs/starts]
 */
import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { mean } from "../src/base/statistics.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values } = parseArgs({
  options: {
    shared: { type: "string" },
    mobilenet: { type: "string" },
    minutes: { type: "string", default: "1,3,10" },
    seeds: { type: "string", default: "1,2" },
    only: { type: "string", default: "bccd,raccoon,sample,sign-digits,nuclei,masks" },
    starts: { type: "string", default: "scratch,own,mobilenet" },
    out: { type: "string", default: join(root, "runs/starts") },
  },
});
const { shared, mobilenet, out } = values;
if (shared === undefined || mobilenet === undefined) throw new Error("give --shared and --mobilenet");

interface Case {
  data: string;
  args: readonly string[];
  /** In place of `args` where a model is named for the weights. */
  mobilenetArgs?: readonly string[];
  /** What is measured, as `detect eval --json` names it; the first is what a validation is judged by. */
  metrics: readonly string[];
}

const CASES: Readonly<Record<string, Case>> = {
  bccd: { data: join(shared, "bccd"), args: ["--flip", "both"], metrics: ["AP", "AP50"] },
  raccoon: { data: join(shared, "raccoon"), args: [], metrics: ["AP", "AP50"] },
  sample: { data: join(root, "annotations"), args: [], metrics: ["AP", "AP50"] },
  "sign-digits": {
    data: join(shared, "sign-digits"),
    args: ["--model", "small-cnn"],
    mobilenetArgs: ["--model", "mobilenet-v2"],
    metrics: ["accuracy"],
  },
  nuclei: { data: join(shared, "nuclei256"), args: ["--model", "fcn8"], metrics: ["mean_iou"] },
  masks: { data: join(root, "annotations"), args: ["--model", "fcn8"], metrics: ["mean_iou"] },
};
const STARTS: Readonly<Record<string, readonly string[]>> = {
  scratch: ["--pretrained", "none"],
  own: ["--pretrained", "drawn-world"],
  mobilenet: ["--pretrained", mobilenet],
};

/** A training that was done. */
interface Done {
  data: string;
  start: string;
  minutes: number;
  seed: number;
  test: Record<string, number>;
  samplesPerSecond: number;
  /** [seconds since the command's start, score] of each validation. */
  validations: [number, number][];
}

const log = join(out, "done.jsonl");
mkdirSync(out, { recursive: true });
const done: Done[] = existsSync(log)
  ? readFileSync(log, "utf8")
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Done)
  : [];
const numbers = (list: string): number[] => list.split(",").map(Number);
for (const minutes of numbers(values.minutes)) {
  for (const seed of numbers(values.seeds)) {
    for (const data of values.only.split(",")) {
      for (const start of values.starts.split(",")) {
        if (
          done.some((one) => one.data === data && one.start === start && one.minutes === minutes && one.seed === seed)
        )
          continue;
        const made = trained(data, start, minutes, seed);
        done.push(made);
        appendFileSync(log, `${JSON.stringify(made)}\n`);
        console.error(`${data}, ${start}, ${minutes} min, seed ${seed}: ${JSON.stringify(made.test)}`);
      }
    }
  }
}
printTables();

function trained(data: string, start: string, minutes: number, seed: number): Done {
  const one = CASES[data];
  const own = STARTS[start];
  if (!one || !own) throw new Error(`unknown: ${data} or ${start}`);
  const args = start === "mobilenet" ? (one.mobilenetArgs ?? one.args) : one.args;
  const run = join(out, [data, start, minutes, seed].join("-"));
  const options = ["--data", one.data, ...args, ...own, "--minutes", String(minutes), "--seed", String(seed)];
  detect(["train", ...options, "--out", run, "--overwrite"]);
  const measured = detect(["eval", "--weights", run, "--data", one.data, "--split", "test", "--json"]);
  const test = Object.fromEntries(one.metrics.map((name) => [name, numberNamed(JSON.parse(measured), name)]));
  const lines = readFileSync(join(run, "metrics.jsonl"), "utf8").trim().split("\n");
  const points = lines.map((line) => JSON.parse(line) as { step: number; elapsed: number; score: number });
  const [first, last] = [points[0], points.at(-1)];
  const { batch } = JSON.parse(readFileSync(join(run, "config.json"), "utf8")) as { batch: number };
  const rate =
    first && last && last.step > first.step ? (batch * (last.step - first.step)) / (last.elapsed - first.elapsed) : NaN;
  const validations = points.map(({ elapsed, score }): [number, number] => [elapsed, score]);
  return { data, start, minutes, seed, test, samplesPerSecond: rate, validations };
}

function detect(args: readonly string[]): string {
  return execFileSync(process.execPath, [join(root, "dist/cli/detect.js"), ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 2 ** 28,
  });
}

/** The first number of this name, however deep it lies. */
function numberNamed(json: unknown, name: string): number {
  if (typeof json !== "object" || json === null) return NaN;
  const found: unknown = (json as Record<string, unknown>)[name];
  if (typeof found === "number") return found;
  return (
    Object.values(json)
      .map((inner) => numberNamed(inner, name))
      .find((value) => !Number.isNaN(value)) ?? NaN
  );
}

function printTables(): void {
  for (const [data, { metrics }] of Object.entries(CASES)) {
    const own = done.filter((one) => one.data === data);
    if (own.length === 0) continue;
    console.log(
      `\n| ${data} | start | ${metrics.map((name) => `test ${name}`).join(" | ")} | seeds | images/s | s to scratch's val score |`,
    );
    console.log(`| ---: | --- | ${metrics.map(() => "---:").join(" | ")} | --- | ---: | ---: |`);
    for (const minutes of [...new Set(own.map((one) => one.minutes))].sort((a, b) => a - b)) {
      const scratch = own.filter((one) => one.start === "scratch" && one.minutes === minutes);
      for (const start of Object.keys(STARTS)) {
        const runs = own.filter((one) => one.start === start && one.minutes === minutes);
        if (runs.length === 0) continue;
        const values = metrics.map((name) => mean(runs.map(({ test }) => test[name] ?? NaN)).toFixed(3));
        const [name = ""] = metrics;
        const each = runs.map(({ test }) => (test[name] ?? NaN).toFixed(3)).join(", ");
        const rate = mean(runs.map(({ samplesPerSecond }) => samplesPerSecond)).toFixed(1);
        const reached = runs
          .map((run) =>
            secondsTo(
              run,
              scratch.find(({ seed }) => seed === run.seed),
            ),
          )
          .join(", ");
        console.log(`| ${minutes} min | ${start} | ${values.join(" | ")} | ${each} | ${rate} | ${reached} |`);
      }
    }
  }
}

/** When a training first was as good on val as another at its best. */
function secondsTo({ validations }: Done, scratch: Done | undefined): string {
  const wanted = Math.max(...(scratch?.validations ?? []).map(([, score]) => score));
  return validations.find(([, score]) => score >= wanted)?.[0].toFixed(0) ?? "not";
}
