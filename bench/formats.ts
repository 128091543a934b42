/**
 * Readers and writers of label formats beside independent tools (from PyPI, in virtual environments made here, about 8 GB):
 * what they write is read, what is written here they read, and the data sets are compared, box by box.
 *
 *   npx tsx bench/formats.ts [--tool datumaro] [--format coco] [--folder <where files and environments are kept>]
 *
 * Exit code 1 when something differs that bench/formats/peers.ts does not expect.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { markdownTable } from "markdown-table";
import type { Dataset } from "../src/data/dataset.ts";
import { exportLabels } from "../src/data/exportLabels.ts";
import { FORMATS } from "../src/data/formats/registry.ts";
import { readDataset } from "../src/data/readDataset.ts";
import { compare, type Comparison } from "./formats/compare.ts";
import { MARKS, type PeerDataset, toPeer } from "./formats/exchange.ts";
import { type Direction, type Peer, PEERS, TOOLS } from "./formats/peers.ts";
import { makeTruth } from "./formats/truth.ts";
import { pythonWith } from "./virtualEnvironment.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values: options } = parseArgs({
  options: {
    tool: { type: "string" },
    format: { type: "string" },
    folder: { type: "string", default: join(root, "node_modules", ".cache", "anchorkit-bench", "formats") },
  },
});
const { folder } = options;
mkdirSync(join(folder, "files"), { recursive: true });
process.env.XDG_CACHE_HOME = join(folder, "cache");

const truths = new Map<string, Promise<Dataset>>();
const rows: string[][] = [];
for (const peer of PEERS) {
  if ((options.tool ?? peer.tool) !== peer.tool || (options.format ?? peer.format) !== peer.format) continue;
  for (const direction of ["writes", "reads"] as const) {
    if ((peer.only ?? direction) === direction) rows.push(await rowOf(peer, direction));
  }
}
const header = ["format", "the tool", "boxes", "largest difference, px", "outlines", "least IoU", "not the same"];
rows.sort(([a = ""], [b = ""]) => a.localeCompare(b));
console.log(markdownTable([header, ...rows], { align: ["l", "l", "r", "r", "r", "r", "l"] }));

/** Compares, and says whether the outcome is the expected one. */
async function rowOf(peer: Peer, direction: Direction): Promise<string[]> {
  const { tool, name, format, kind = "fractions", names = "any" } = peer;
  const label = [
    format,
    `${tool}${name === format ? "" : ` (${name})`} ${direction}${kind === "outlines" ? " outlines" : ""}`,
  ];
  const shown = `${label.join(": ")}, ${kind}`;
  console.error(shown);
  try {
    const comparison = await comparisonOf(peer, direction, { kind, names });
    const unexpected = surprises(comparison, peer);
    if (unexpected.length > 0) fail(`${shown}: ${unexpected.join(", ")}`);
    const { boxes, largest, outlines, leastIou, differences } = comparison;
    // That a format without a place for a mark loses it is no news.
    const news = [...differences].filter(([what]) => !isMark(what) || FORMATS[format].holds.includes(what));
    const what = news.map(([difference, count]) => `${difference}: ${count}`).join(", ");
    const shapes = outlines > 0 ? [String(outlines), leastIou.toFixed(3)] : ["", ""];
    return [...label, String(boxes), largest < 1e-9 ? "0" : largest.toPrecision(1), ...shapes, what];
  } catch (error) {
    fail(`${shown}: ${String(error)}`);
    return [...label, "", "", "", "", "failed"];
  }
}

async function comparisonOf(
  peer: Peer,
  direction: Direction,
  { kind, names }: Required<Pick<Peer, "kind" | "names">>,
): Promise<Comparison> {
  const { tool, name, format } = peer;
  const key = `${kind}-${names}`;
  const made = truths.get(key) ?? makeTruth(join(folder, key), { kind, names });
  truths.set(key, made);
  const truth = await made;
  const place = join(folder, "files", [tool, name, key, direction].join("-"));
  rmSync(place, { recursive: true, force: true });
  const json = `${place}.json`;
  if (direction === "writes") {
    writeFileSync(json, JSON.stringify(toPeer(truth)));
    call(tool, "write", name, json, place);
    const { dataset, format: found } = await readDataset(place);
    if (found !== format) throw new Error(`was taken for ${found}`);
    return compare(toPeer(truth), toPeer(dataset));
  }
  await exportLabels(truth, format, place, { copy: true });
  call(tool, "read", name, place, json);
  return compare(toPeer(truth), JSON.parse(readFileSync(json, "utf8")) as PeerDataset);
}

function isMark(what: string): what is (typeof MARKS)[number] {
  return MARKS.some((mark) => mark === what);
}

function surprises({ largest, leastIou, differences }: Comparison, peer: Peer): string[] {
  const { within = 0.001, leastIou: least = 0.999, expected = [] } = peer;
  return [
    ...(largest > within ? [`corners are ${largest} px apart`] : []),
    ...(leastIou < least ? [`outlines have an IoU of ${leastIou}`] : []),
    ...[...differences].filter(([what]) => !expected.includes(what)).map(([what, count]) => `${what}: ${count}`),
  ];
}

function fail(message: string): void {
  console.error(`  ${message}`);
  process.exitCode = 1;
}

function call(tool: Peer["tool"], ...args: string[]): void {
  const [environment, packages] = TOOLS[tool];
  const python = pythonWith(packages, join(folder, environment));
  try {
    const env = { ...process.env, PYTHONWARNINGS: "ignore", YOLO_CONFIG_DIR: join(folder, "cache") };
    const script = join(root, "bench", "formats", `peer_${tool}.py`);
    execFileSync(python, [script, ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], env });
  } catch (error) {
    const { stderr = "" } = error as { stderr?: string };
    throw new Error(stderr.trim().split("\n").slice(-6).join("\n"), { cause: error });
  }
}
