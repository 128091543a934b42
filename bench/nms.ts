/**
 * Time of non-maximum suppression. With --python, torchvision's runs on the same boxes, in turn with ours, and the kept
 * indices are compared; exit code 1 if they differ.
 *
 *   npx tsx bench/nms.ts [--python <interpreter with torchvision>] [--rounds 15]
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Random } from "../src/base/random.ts";
import { nms } from "../src/geometry/index.ts";

interface Case {
  name: string;
  iouThreshold: number;
  boxes: Float32Array;
  scores: Float32Array;
}

/** Another implementation in another process. */
interface Peer {
  name: string;
  /** Sends a case, or {} for one more run of it, and waits for the answer. */
  ask: (request: object) => Promise<unknown>;
  close: () => void;
}

const { values: options } = parseArgs({
  options: { python: { type: "string" }, rounds: { type: "string", default: "15" } },
});
const rounds = Number(options.rounds);
const peer = options.python === undefined ? undefined : await startPeer(options.python);
const random = new Random(1);

console.log(`Median of ${rounds} runs in ms; Node ${process.versions.node}${peer ? `, ${peer.name}` : ""}\n`);
console.log(row("case", "kept", "first call", "anchorkit", "torchvision", "ratio", "same answer"));
for (const each of [spreadOut(), proposals(), crowded()]) console.log(await measure(each));
peer?.close();

/** What the issue asks for: few boxes overlap. */
function spreadOut(): Case {
  return makeCase("10,000 boxes, 500 x 500 image, sides 1 to 50", 10_000, 0.5, () => {
    const [x, y] = [random.uniform(0, 500), random.uniform(0, 500)];
    return [x, y, x + random.uniform(1, 50), y + random.uniform(1, 50)];
  });
}

/** What a region proposal network gives: sizes from small to the whole image. */
function proposals(): Case {
  return makeCase("2,000 proposals, 800 x 800, sides 16 to 512", 2_000, 0.7, () => {
    const [x, y] = [random.uniform(0, 800), random.uniform(0, 800)];
    const [w, h] = [2 ** random.uniform(4, 9), 2 ** random.uniform(4, 9)];
    return [x - w / 2, y - h / 2, x + w / 2, y + h / 2];
  });
}

/** What a trained detector gives: most boxes lie on one of few objects. */
function crowded(): Case {
  const objects = Array.from({ length: 100 }, () => [random.uniform(0, 600), random.uniform(0, 600)] as const);
  return makeCase("10,000 boxes on 100 objects", 10_000, 0.5, () => {
    const [x, y] = objects[random.int(100)] ?? [0, 0];
    const [left, top] = [x + random.normal(0, 6), y + random.normal(0, 6)];
    return [left, top, left + 60 + random.normal(0, 6), top + 60 + random.normal(0, 6)];
  });
}

function makeCase(name: string, n: number, iouThreshold: number, box: () => number[]): Case {
  const boxes = Float32Array.from(Array.from({ length: n }, box).flat());
  return { name, iouThreshold, boxes, scores: Float32Array.from({ length: n }, () => random.uniform()) };
}

async function measure({ name, iouThreshold, boxes, scores }: Case): Promise<string> {
  const run = (): Int32Array => nms(boxes, scores, { iouThreshold });
  const [kept, first] = timed(run);
  const expected = await peer?.ask({ boxes: [...boxes], scores: [...scores], iouThreshold });
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(timed(run)[1]);
    if (peer) theirs.push(Number(await peer.ask({})));
  }
  const cells = [name, kept.length, first.toFixed(1), median(ours).toFixed(2)];
  if (!peer) return row(...cells, "", "", "");
  const same = JSON.stringify([...kept]) === JSON.stringify(expected);
  if (!same) process.exitCode = 1;
  const ratio = median(theirs) / median(ours);
  return row(...cells, median(theirs).toFixed(2), `${ratio.toFixed(1)} x`, same ? "yes" : "NO");
}

function timed<T>(run: () => T): [T, number] {
  const start = performance.now();
  const result = run();
  return [result, performance.now() - start];
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}

function row(...cells: (string | number)[]): string {
  const widths = [46, 6, 12, 11, 13, 9, 12];
  return `| ${cells.map((cell, i) => String(cell).padEnd(widths[i] ?? 0)).join(" | ")} |`;
}

async function startPeer(python: string): Promise<Peer> {
  const script = fileURLToPath(new URL("nms.py", import.meta.url));
  const child = spawn(python, [script], { stdio: ["pipe", "pipe", "inherit"] });
  await once(child, "spawn");
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<unknown> => {
    const line: IteratorResult<string, undefined> = await lines.next();
    if (line.done) throw new Error(`bench/nms: ${python} ended early; does it have torch and torchvision?`);
    return JSON.parse(line.value) as unknown;
  };
  return {
    name: String(await answer()),
    ask: (request) => {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      return answer();
    },
    close: () => child.stdin.end(),
  };
}
