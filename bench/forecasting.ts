/**
 * Forecasting beside baselines: a sine with trend and noise (drawn with a seed), the carbon dioxide of Mauna Loa (monthly,
 * 1958 to 2020), and the highest temperature of the day in Seattle (2012 to 2015): co2-concentration.csv and
 * seattle-weather.csv of npm's vega-datasets, fetched here through npm. Trains `--model forecast` with its defaults, as the
 * command line does, and measures test: the error of the model, of every baseline, and by how much it is under that of the
 * seasonal one. Exits with 1 where it is not.
 *
 *   npx tsx bench/forecasting.ts [--epochs 40] [--seeds 1] [--rnn gru]
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Random } from "../src/base/random.ts";

const PACKAGE = "vega-datasets@3.2.1";

const { values } = parseArgs({
  options: {
    epochs: { type: "string", default: "40" },
    seeds: { type: "string", default: "1" },
    rnn: { type: "string", default: "gru" },
  },
});
const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "anchorkit-bench-"));

interface Measured {
  skill: number;
  forecasts: number;
  columns: { model: Row; baselines: Row[]; coverage: number }[];
}

interface Row {
  name: string;
  errors: { mase: number; mae: number; rmse: number; smape: number };
}

function detect(...args: string[]): string {
  const command = ["tsx", join(root, "src", "cli", "detect.ts"), ...args];
  const done = spawnSync("npx", command, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  if (done.status !== 0) throw new Error(`detect ${args[0] ?? ""} failed: ${done.stderr}`);
  return done.stdout;
}

/** 1,500 values around a line that rises by 0.01 a row, with a season of 24 rows of amplitude 5, and noise of deviation 1. */
function sine(): string {
  const random = new Random("a sine");
  const rows = Array.from(
    { length: 1500 },
    (_, t) => `${t},${(0.01 * t + 5 * Math.sin((2 * Math.PI * t) / 24) + random.normal()).toFixed(4)}`,
  );
  const file = join(folder, "sine.csv");
  writeFileSync(file, `time,y\n${rows.join("\n")}\n`);
  return file;
}

/** The file of a package as npm has it. */
function packed(path: string): string {
  const there = join(folder, "package", path);
  if (existsSync(there)) return there;
  const done = spawnSync("npm", ["pack", PACKAGE, "--silent"], { cwd: folder, encoding: "utf8" });
  const archive = done.stdout.trim().split("\n").at(-1) ?? "";
  if (done.status !== 0 || archive === "") throw new Error(`npm pack ${PACKAGE} failed: ${done.stderr}`);
  const unpacked = spawnSync("tar", ["xzf", archive], { cwd: folder });
  if (unpacked.status !== 0 || !existsSync(there)) throw new Error(`${PACKAGE} has no ${path}`);
  return there;
}

function measure(name: string, data: string, column: string): boolean {
  let worse = false;
  for (let seed = 1; seed <= Number(values.seeds); seed++) {
    const run = join(folder, `${name}-${seed}`);
    const began = performance.now();
    const given = ["--data", data, "--model", "forecast", "--column", column, "--rnn", values.rnn];
    detect("train", ...given, "--epochs", values.epochs, "--seed", String(seed), "--out", run);
    const seconds = (performance.now() - began) / 1000;
    const { residual, season } = JSON.parse(readFileSync(join(run, "config.json"), "utf8")) as { residual: string; season: number }; // prettier-ignore
    const { skill, forecasts, columns } = JSON.parse(detect("eval", "--data", data, "--weights", run, "--json")) as Measured; // prettier-ignore
    const [measured] = columns;
    if (!measured) throw new Error("nothing was measured");
    console.log(
      `\n${name}, seed ${seed}: ${forecasts} forecasts of 12 rows on test; season ${season}, residual ${residual}; trained in ${seconds.toFixed(0)} s\n`,
    );
    console.log("| forecast | MASE | MAE | RMSE | sMAPE |\n|---|---:|---:|---:|---:|");
    for (const { name: called, errors } of [measured.model, ...measured.baselines]) {
      const numbers = [errors.mase, errors.mae, errors.rmse, errors.smape].map((value) => value.toFixed(3));
      console.log(`| ${[called, ...numbers].join(" | ")} |`);
    }
    console.log(
      `\nerror ${(100 * skill).toFixed(1)} % under the seasonal one; ${(100 * measured.coverage).toFixed(0)} % within the 80 % bounds`,
    );
    worse ||= !(skill > 0);
  }
  return worse;
}

try {
  const worse = [
    measure("sine", sine(), "y"),
    measure("CO2 of Mauna Loa", packed("data/co2-concentration.csv"), "CO2"),
    measure("Seattle's temperature", packed("data/seattle-weather.csv"), "temp_max"),
  ];
  if (worse.includes(true)) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
