/**
 * Does the real TensorBoard, from PyPI, show what trainings write? Makes a virtual environment in anchorkit's cache
 * folder and asks TensorBoard's HTTP API for curves, histograms, pictures, the graph and options. Once the environment is
 * there, `npm test` asks, too.
 *
 *   npx tsx bench/tensorboard.ts
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { cacheFolder } from "../src/base/cacheFolder.ts";
import { pythonWith } from "./virtualEnvironment.ts";

const PEERS = ["tensorboard==2.21.0", "setuptools==80.9.0"]; // TensorBoard needs pkg_resources, which later ones lack
const python = pythonWith(PEERS, join(cacheFolder(), "tensorboard"));
const { status } = spawnSync("npx", ["vitest", "run", "test/training/callbacks/tensorBoard/server.test.ts"], {
  stdio: "inherit",
  env: { ...process.env, TENSORBOARD_PYTHON: python },
});
process.exitCode = status ?? 1;
