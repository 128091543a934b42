/**
 * Do trainings that are killed with SIGKILL come to the same as those that are not? Trains each task once in peace, then
 * again while it is killed ten times: at random moments, and while it writes a checkpoint; each time it goes on with
 * --resume, or is begun again where it had not begun. Compares every byte of the weights, and the numbers of the
 * validations. Runs what `npm run build` has made.
 *
 *   npx tsx bench/killed.ts [--kills 10] [--epochs 12] [--seed n] [--only detector,classifier,segmenter,clips,reader,forecaster]
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { drawClipSet } from "../annotations/drawing/clipSet.ts";
import { drawTextSet } from "../annotations/drawing/textSet.ts";
import { Random } from "../src/base/random.ts";
import { importLabels } from "../src/data/importLabels.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values: options } = parseArgs({
  options: {
    kills: { type: "string", default: "10" },
    epochs: { type: "string", default: "12" },
    seed: { type: "string", default: String(Date.now() % 1e6) },
    only: { type: "string", default: "detector,classifier,segmenter,clips,reader,forecaster" },
  },
});
const ALL = ["--reduce-on-plateau", "1", "--checkpoint-every", "2", "--keep-checkpoints", "3"];
const STRONG = ["--augment", "strong"];
const TASKS: Readonly<Record<string, { data?: "clips" | "texts" | "sine.csv"; args: readonly string[] }>> = {
  detector: { args: ["--size", "64", ...STRONG] },
  classifier: { args: ["--model", "small-cnn", "--size", "64", "--batch", "8", "--accumulate", "2", ...STRONG] },
  segmenter: {
    args: ["--model", "unet", "--size", "64", "--filters", "4", "--instances", "yes", "--batch", "4", ...STRONG],
  },
  clips: { data: "clips", args: ["--model", "cnn-lstm", "--batch", "4", "--sampling", "window", "--frames", "6"] },
  reader: { data: "texts", args: ["--model", "crnn", "--units", "16", "--batch", "4"] },
  forecaster: { data: "sine.csv", args: ["--model", "forecast", "--column", "y", "--units", "8", "--epochs", "100"] },
};

/** A process and when it is to die: after so many milliseconds, or so many after a checkpoint is begun. */
interface Death {
  after: number;
  checkpoint: boolean;
}

interface Life {
  killed: boolean;
  /** Seconds. */
  lasted: number;
  /** The last that it said, and what it left unfinished. */
  at: string;
}

const folder = mkdtempSync(join(tmpdir(), "anchorkit-killed-"));
const random = new Random(Number(options.seed));
const failures: string[] = [];
try {
  await makeData();
  console.log(`seed ${options.seed}`);
  for (const task of options.only.split(",")) await compare(task);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failures.length > 0 ? 1 : 0;

/** A dozen of the sample images; a few clips and texts, and a sine. */
async function makeData(): Promise<void> {
  await drawClipSet(1, join(folder, "clips"), 3);
  await drawTextSet(1, join(folder, "texts"), { count: 20, lengths: [2, 4] });
  const rows = Array.from({ length: 300 }, (_, t) => `${t},${Math.sin((2 * Math.PI * t) / 24).toFixed(4)}`);
  writeFileSync(join(folder, "sine.csv"), `time,y\n${rows.join("\n")}\n`);
  const { file } = await importLabels(join(root, "annotations"), join(folder, "dataset"));
  const coco = JSON.parse(readFileSync(file, "utf8")) as {
    images: { id: number }[];
    annotations: { image_id: number }[];
  };
  coco.images = coco.images.slice(0, 12).map((image) => ({ ...image, split: undefined }));
  const kept = new Set(coco.images.map(({ id }) => id));
  coco.annotations = coco.annotations.filter((annotation) => kept.has(annotation.image_id));
  writeFileSync(file, JSON.stringify(coco));
}

async function compare(task: string): Promise<void> {
  const { data = "dataset", args = [] } = TASKS[task] ?? {};
  const begin = ["--data", join(folder, data), "--epochs", options.epochs, "--seed", "7", ...args, ...ALL];
  const [whole, run] = [join(folder, `${task}-whole`), join(folder, `${task}-killed`)];
  const { lasted } = await live(["--out", whole, ...begin]);
  console.log(
    `\n${task}: ${lasted.toFixed(1)} s in peace\n\n| kill | after, s | command | what it did |\n| ---: | ---: | --- | --- |`,
  );
  for (let kills = 0; kills < Number(options.kills);) {
    const checkpoint = kills % 3 === 2;
    const death = { checkpoint, after: checkpoint ? random.uniform(0, 60) : random.uniform(0, 1000 * lasted) };
    const goesOn = existsSync(join(run, "config.json")) && existsSync(join(run, "last"));
    const over = goesOn && isFinished(run); // killed behind its last step
    const life = over ? undefined : await live(["--out", run, ...(goesOn ? ["--resume"] : begin)], death);
    if (!life?.killed) {
      console.log(`| | | | done before it could be killed: once more from the beginning |`);
      judge(task, run, whole);
      rmSync(run, { recursive: true });
      continue;
    }
    kills++;
    console.log(
      `| ${kills} | ${life.lasted.toFixed(1)} | ${goesOn ? "--resume" : "from the beginning"} | ${life.at} |`,
    );
  }
  const finished = existsSync(join(run, "last")) && isFinished(run);
  if (!finished) await live(["--out", run, ...(existsSync(join(run, "last")) ? ["--resume"] : begin)]);
  judge(task, run, whole);
}

/** Runs `detect train` until it ends or dies. */
function live(args: readonly string[], death?: Death): Promise<Life> {
  const began = performance.now();
  const out = args[1] ?? "";
  const child = spawn(process.execPath, [join(root, "dist/cli/detect.js"), "train", ...args], {
    env: { ...process.env, NO_COLOR: "1" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (text) => (said += String(text)));
  const timers: NodeJS.Timeout[] = [];
  const kill = (): void => {
    child.kill("SIGKILL");
  };
  if (death && !death.checkpoint) timers.push(setTimeout(kill, death.after));
  if (death?.checkpoint) {
    const checkpoint = 1 + random.int(8);
    let seen = 0;
    let there = false;
    timers.push(
      setInterval(() => {
        const is = existsSync(join(out, "last.new")) || existsSync(join(out, "best.new"));
        if (is && !there && ++seen === checkpoint) timers.push(setTimeout(kill, death.after));
        there = is;
      }, 2),
    );
  }
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      timers.forEach(clearTimeout);
      if (signal === null && code !== 0) {
        reject(new Error(`detect train ${args.join(" ")}: ${said}`));
        return;
      }
      const lines = said.split(/[\r\n]+/).filter((line) => line.trim() !== "");
      const last = lines.at(-1)?.trim().slice(0, 70) ?? "nothing yet";
      const left = existsSync(out) ? readdirSync(out).filter((name) => /\.(new|old|tmp)$/.test(name)) : [];
      const at = [last.replaceAll(folder, "…"), ...left.map((name) => `left ${name}`)].join("; ");
      resolve({ killed: signal === "SIGKILL", lasted: (performance.now() - began) / 1000, at });
    });
  });
}

function isFinished(run: string): boolean {
  const [, header = ""] = readFileSync(join(run, "last/state.bin"), "latin1").split("\n", 2);
  return (JSON.parse(header) as { state: { loop: { finished: boolean } } }).state.loop.finished;
}

function judge(task: string, run: string, whole: string): void {
  const kept = (of: string): string[] => readdirSync(join(of, "checkpoints")).map((name) => join("checkpoints", name));
  const folders = ["best", "last", ...kept(whole)];
  const differ = folders.filter((name) => {
    const [a, b] = [run, whole].map((of) => readFileSync(join(of, name, "weights.bin")));
    return a === undefined || b === undefined || !a.equals(b);
  });
  const metrics = (of: string): string =>
    readFileSync(join(of, "metrics.jsonl"), "utf8").replaceAll(/"(elapsed|waiting)":[^,]+,/g, "");
  if (kept(run).join() !== kept(whole).join()) differ.push("the list of checkpoints");
  if (metrics(run) !== metrics(whole)) differ.push("metrics.jsonl");
  const strays = readdirSync(run).filter((name) => /\.(new|old|tmp)$|^\.lock$/.test(name));
  failures.push(...differ, ...strays);
  const same = `the same bytes in ${folders.join(", ")}, and the same metrics.jsonl but for times`;
  console.log(
    `\n${task}: ${differ.length === 0 ? same : `DIFFERENT: ${differ.join(", ")}`}${strays.length > 0 ? `; LEFT: ${strays.join(", ")}` : ""}`,
  );
}
