/**
 * `detect eval` beside pycocotools and faster-coco-eval (from PyPI, in a virtual environment made here) on the same files,
 * in turn.
 *
 *   npx tsx bench/evaluation.ts [--rounds 3] [--folder <where files and environment are kept>]
 *   npx tsx bench/evaluation.ts --cases 500           small random cases, boxes and masks: are the numbers the same?
 *
 * Needs dist/ (npm run build). Exit code 1 when numbers differ by 1e-12 or more.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { COCO_KEYS } from "../src/metrics/detection/coco/cocoSummary.ts";
import { writeCocoSizedTask } from "./evaluation/cocoSizedTask.ts";
import { writeRandomCases } from "./evaluation/randomCases.ts";
import { pythonWith } from "./virtualEnvironment.ts";

/** What is measured against, pinned. */
const PEERS = ["pycocotools==2.0.11", "faster-coco-eval==1.8.0"];

type Numbers = Record<string, number | null>;

/** What each evaluator prints. */
interface Measured {
  /** Seconds. */
  read: number;
  evaluate: number;
  accumulate: number;
  /** Most bytes used. */
  memory: number;
  /** COCO's twelve numbers; null where there was no object. */
  stats: (number | null)[];
  perClass: Numbers[];
}

const root = fileURLToPath(new URL("..", import.meta.url));
const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    cases: { type: "string" },
    folder: { type: "string", default: join(root, "node_modules", ".cache", "anchorkit-bench") },
  },
});
const python = pythonWith(PEERS, join(options.folder, "python"));
const peersScript = join(root, "bench", "evaluation", "peers.py");
const stages = ["--import", "tsx", join(root, "bench", "evaluation", "stages.ts")];
if (options.cases === undefined) compareSpeed(Number(options.rounds));
else for (const masks of [false, true]) compareNumbers(Number(options.cases), masks);

function compareSpeed(rounds: number): void {
  const [truth, predictions] = [join(options.folder, "truth.json"), join(options.folder, "predictions.json")];
  if (!existsSync(predictions)) writeCocoSizedTask(truth, predictions, 1);
  const detect = ["dist/cli/detect.js", "eval", "--map", "--json", "--truth", truth, "--predictions", predictions];
  const evaluators = {
    anchorkit: {
      stages: () => run(process.execPath, [...stages, "bbox", truth, predictions]),
      whole: () => run(process.execPath, detect),
    },
    ...Object.fromEntries(
      ["faster-coco-eval", "pycocotools"].map((peer) => {
        const call = (): string => run(python, [peersScript, peer, "bbox", truth, predictions]);
        return [peer, { stages: call, whole: call }];
      }),
    ),
  };
  const seconds = new Map<string, { whole: number[]; read: number[]; evaluate: number[]; memory: number }>();
  const answers = new Map<string, Measured>();
  for (let round = 0; round < rounds; round++) {
    for (const [name, { stages, whole }] of Object.entries(evaluators)) {
      const all = seconds.get(name) ?? { whole: [], read: [], evaluate: [], memory: 0 };
      seconds.set(name, all);
      const [measured, wholeSeconds] = timed(() => JSON.parse(stages()) as Measured);
      answers.set(name, measured);
      all.read.push(measured.read);
      all.evaluate.push(measured.evaluate + measured.accumulate);
      all.memory = Math.max(all.memory, measured.memory);
      all.whole.push(stages === whole ? wholeSeconds : timed(whole)[1]);
      console.error(`round ${round + 1}: ${name} done`);
    }
  }
  const ours = seconds.get("anchorkit");
  console.log(`Median of ${rounds} rounds, in turn; Node ${process.versions.node}, ${PEERS.join(", ")}\n`);
  console.log(row("", "read, s", "evaluate + accumulate, s", "whole process, s", "memory, MB", "times ours", "whole"));
  for (const [name, each] of seconds) {
    const [read, evaluate, whole] = [median(each.read), median(each.evaluate), median(each.whole)];
    const ratio = evaluate / median(ours?.evaluate ?? []);
    const wholeRatio = whole / median(ours?.whole ?? []);
    const cells = [read, evaluate, whole].map((value) => value.toFixed(2));
    console.log(row(name, ...cells, (each.memory / 1e6).toFixed(0), ratio.toFixed(1), wholeRatio.toFixed(1)));
  }
  const expected = answers.get("pycocotools");
  if (expected) report("the COCO-sized task", compare([[answers.get("anchorkit"), expected]]));
}

function compareNumbers(count: number, masks: boolean): void {
  const folder = join(options.folder, masks ? "mask-cases" : "box-cases");
  writeRandomCases(folder, count, masks, 1);
  const documents = (text: string): Measured[] =>
    text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Measured);
  const theirs = documents(
    run(python, [peersScript, "pycocotools", masks ? "segm" : "bbox", "--cases", folder, String(count)]),
  );
  const ours = documents(run(process.execPath, [...stages, masks ? "segm" : "bbox", "--cases", folder, String(count)]));
  report(
    `${count} random cases of ${masks ? "masks" : "boxes"}`,
    compare(theirs.map((expected, i) => [ours[i], expected])),
  );
}

/** How many numbers were compared, how many are not the same, and the largest difference. */
function compare(pairs: readonly (readonly [Measured | undefined, Measured])[]): Record<string, number> {
  const result = { numbers: 0, different: 0, largest: 0 };
  const check = (a: number | null | undefined, b: number | null | undefined): void => {
    result.numbers++;
    const difference =
      (a ?? null) === null || (b ?? null) === null ? (a === b ? 0 : Infinity) : Math.abs(Number(a) - Number(b));
    if (!(difference < 1e-12)) result.different++;
    result.largest = Math.max(result.largest, difference);
  };
  for (const [ours, expected] of pairs) {
    expected.stats.forEach((value, i) => {
      check(ours?.stats[i], value);
    });
    expected.perClass.forEach((each, k) => {
      for (const key of COCO_KEYS) check(ours?.perClass[k]?.[key], each[key]);
    });
  }
  return result;
}

function report(what: string, { numbers, different, largest }: Record<string, number>): void {
  console.log(
    `\n${what}: ${numbers} numbers beside pycocotools', ${different} different, largest difference ${largest}`,
  );
  if (different !== 0) process.exitCode = 1;
}

function run(command: string, args: readonly string[]): string {
  return execFileSync(command, args, { cwd: root, encoding: "utf8", maxBuffer: 2 ** 30 });
}

function timed<T>(work: () => T): [T, number] {
  const start = performance.now();
  const result = work();
  return [result, (performance.now() - start) / 1000];
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}

function row(...cells: string[]): string {
  const widths = [18, 8, 24, 16, 10, 10, 6];
  return `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |`;
}
