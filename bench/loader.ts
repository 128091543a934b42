/**
 * Images a second of anchorkit's loader (decoded, resized into a square, shuffled, in batches) beside a plain loop with
 * sharp and PyTorch's DataLoader with Pillow (from PyPI, in a virtual environment made here) on the same files, in turn.
 *
 *   npx tsx bench/loader.ts [--images <folder>] [--rounds 5] [--epochs 3] [--workers 2] [--python <interpreter>]
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { LoaderResult, LoaderTask } from "./loader/anchorkit.ts";
import { pythonWith } from "./virtualEnvironment.ts";

/** What is measured against, pinned. */
const PEERS = ["torch==2.14.1", "pillow==13.0.0", "numpy==2.4.6"];
/** Small sets are repeated up to so many images. */
const LEAST_IMAGES = 360;

const root = fileURLToPath(new URL("..", import.meta.url));
const { values: options } = parseArgs({
  options: {
    images: { type: "string", default: join(root, "annotations", "images") },
    rounds: { type: "string", default: "5" },
    epochs: { type: "string", default: "3" },
    workers: { type: "string", default: "2" },
    size: { type: "string", default: "320" },
    python: { type: "string" },
    folder: { type: "string", default: join(root, "node_modules", ".cache", "anchorkit-bench") },
  },
});
const python = options.python ?? pythonWith(PEERS, join(options.folder, "python-torch"));
const task: LoaderTask = {
  files: imageFiles(resolve(options.images)),
  size: Number(options.size),
  batch: 16,
  workers: Number(options.workers),
  epochs: Number(options.epochs),
};
mkdirSync(options.folder, { recursive: true });
const taskFile = join(options.folder, "loader.json");
writeFileSync(taskFile, JSON.stringify(task));

const ours = [process.execPath, "--import", "tsx", join(root, "bench", "loader", "anchorkit.ts"), taskFile];
const theirs = [python, join(root, "bench", "loader", "pytorch.py"), taskFile];
const loaders: Record<string, string[]> = {
  "anchorkit, no cache": [...ours, "none"],
  "PyTorch, whole JPEGs": [...theirs, "full"],
  "PyTorch, draft mode": [...theirs, "draft"],
  "plain loop, sharp": [...ours, "loop"],
  "anchorkit, --cache ram": [...ours, "ram"],
  "anchorkit, --cache disk": [...ours, "disk"],
};
const results = new Map<string, { rate: number; cpu: number }[]>(Object.keys(loaders).map((name) => [name, []]));
// Node's pool, which decodes; PyTorch's workers are given on.
const env = { ...process.env, UV_THREADPOOL_SIZE: options.workers };
const loads = [loadavg()[0] ?? NaN];
for (let round = 1; round <= Number(options.rounds); round++) {
  for (const [name, [command = "", ...args]] of Object.entries(loaders)) {
    const { rates, cpu } = JSON.parse(
      execFileSync(command, args, { cwd: root, encoding: "utf8", env }),
    ) as LoaderResult;
    results.get(name)?.push({ rate: median(rates), cpu });
    loads.push(loadavg()[0] ?? NaN);
    const each = rates.map((rate) => rate.toFixed(0)).join(", ");
    console.error(`round ${round}: ${name}: ${each} images/s, ${cpu.toFixed(2)} ms CPU`);
  }
}
console.log(
  `${task.files.length} images into ${task.size} x ${task.size}, batches of ${task.batch}, ${task.workers} workers; ` +
    `median of ${options.rounds} rounds in turn, each the median of ${task.epochs} epochs after a first; ` +
    `load of the machine ${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)}\n`,
);
console.log("| loader | images/s | lowest to highest | times PyTorch's, whole JPEGs | CPU, ms an image |");
console.log("| --- | ---: | ---: | ---: | ---: |");
const reference = rateOf("PyTorch, whole JPEGs");
for (const [name, all] of results) {
  const rates = all.map(({ rate }) => rate);
  const span = `${Math.min(...rates).toFixed(0)} to ${Math.max(...rates).toFixed(0)}`;
  const cpu = median(all.map((result) => result.cpu)).toFixed(2);
  console.log(`| ${name} | ${rateOf(name).toFixed(0)} | ${span} | ${(rateOf(name) / reference).toFixed(2)} | ${cpu} |`);
}

function rateOf(name: string): number {
  return median((results.get(name) ?? []).map(({ rate }) => rate));
}

function imageFiles(folder: string): string[] {
  const files = readdirSync(folder)
    .filter((name) => /\.(jpe?g|png)$/i.test(name))
    .sort()
    .map((name) => join(folder, name));
  if (files.length === 0) throw new Error(`${folder}: no JPEG or PNG images`);
  const times = Math.ceil(LEAST_IMAGES / files.length);
  return Array.from({ length: times }, () => files).flat();
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}
