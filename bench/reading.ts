/**
 * Reading beside the network of Keras's captcha example (CRNN with CTC, in a virtual environment made here), on the same
 * images for the same minutes: character error rate and the share of texts without any error, on the test images, by the
 * same code. Both sets are made here: `captchas` are those of the npm package svg-captcha, 1,040 of 5 characters as in the
 * example; `drawn` are this project's own (`annotations/draw.ts --text`), 4 to 8 characters.
 *
 *   npx tsx bench/reading.ts [--set captchas|drawn] [--count 1040] [--minutes 5] [--seed 7] [--python <interpreter>]
 *     [--only keras|anchorkit]
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { parse } from "csv-parse/sync";
import { drawTextSet } from "../annotations/drawing/textSet.ts";
import type { Estimate } from "../src/metrics/estimate.ts";
import { evaluateText, type TextMetrics } from "../src/metrics/text/index.ts";
import { startPeer } from "./peerProcess.ts";
import { writeCaptchas } from "./reading/captchas.ts";
import { pythonWith } from "./virtualEnvironment.ts";

const PEERS = ["tensorflow-cpu==2.21.0", "keras==3.15.1", "numpy==2.4.6"];

const { values } = parseArgs({
  options: {
    set: { type: "string", default: "captchas" },
    count: { type: "string", default: "1040" },
    minutes: { type: "string", default: "5" },
    seed: { type: "string", default: "7" },
    python: { type: "string" },
    only: { type: "string" },
  },
});
const [count, minutes] = [Number(values.count), Number(values.minutes)];
const root = fileURLToPath(new URL("..", import.meta.url));

type Rates = Pick<TextMetrics, "characterErrorRate" | "exact" | "confusions">;

async function keras(labels: string, folder: string): Promise<Rates> {
  const python =
    values.python ?? pythonWith(PEERS, join(root, "node_modules", ".cache", "anchorkit-bench", "python-keras"));
  const peer = startPeer(python, [fileURLToPath(new URL("reading/peer.py", import.meta.url)), labels]);
  const file = join(folder, "keras.json");
  const { images, seconds } = await peer.ask(`train ${minutes * 60} ${file}`);
  peer.end();
  console.error(`Keras: ${images} images in ${Math.round(seconds)} s`);
  const found = JSON.parse(readFileSync(file, "utf8")) as Record<string, string>;
  const rows: { file: string; text: string }[] = parse(readFileSync(labels), { columns: true });
  const test = rows.filter((row) => row.file in found);
  return evaluateText(
    test.map(({ text }) => text),
    test.map((row) => found[row.file] ?? ""),
  );
}

/** The defaults of `detect train --model crnn`, loading and validation within the time; then `detect eval` on test. */
function anchorkit(data: string, folder: string): Rates {
  const run = join(folder, "run");
  detect("train", "--data", data, "--model", "crnn", "--minutes", String(minutes), "--out", run);
  return JSON.parse(detect("eval", "--data", data, "--weights", run, "--json")) as Rates;
}

function detect(...args: string[]): string {
  const command = ["tsx", join(root, "src", "cli", "detect.ts"), ...args];
  const { status, stdout } = spawnSync("npx", command, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  if (status !== 0) throw new Error(`detect ${args[0]} failed`);
  return stdout.toString();
}

const folder = mkdtempSync(join(tmpdir(), "anchorkit-bench-"));
try {
  const data = join(folder, "texts");
  if (values.set === "captchas") await writeCaptchas(data, count, values.seed);
  else if (values.set === "drawn") await drawTextSet(values.seed, data, { count, lengths: [4, 8] });
  else throw new Error(`--set ${values.set}: give captchas or drawn`);
  const percent = (share: number): string => (100 * share).toFixed(2);
  const shown = ({ value, low, high }: Estimate): string => `${percent(value)} (${percent(low)} to ${percent(high)})`;
  console.log(`${count} images, ${minutes} minutes each; on test, in percent, with 95 % intervals\n`);
  console.log("| | character error rate | whole texts | most confused |\n|---|---:|---:|---|");
  const print = (name: string, { characterErrorRate, exact, confusions }: Rates): void => {
    const worst = confusions.slice(0, 3).map(({ truth, read, count }) => `${truth || "nothing"} as ${read || "nothing"}: ${count}`); // prettier-ignore
    console.log(`| ${[name, shown(characterErrorRate), shown(exact), worst.join(", ")].join(" | ")} |`);
  };
  if (values.only !== "anchorkit") print("Keras", await keras(join(data, "labels.csv"), folder));
  if (values.only !== "keras") print("anchorkit", anchorkit(data, folder));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
