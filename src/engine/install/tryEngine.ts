import { createRequire } from "node:module";
import { reasonOf, run } from "./run.ts";

/** How a trial of an engine ended: with TensorFlow's version, or with what went wrong. */
type Trial = { tensorflow: string; problem?: undefined } | { problem: string };

/** Loads a tfjs-node package in a process of its own, where it can do no harm, and adds two numbers. */
export async function tryEngine(packageFolder: string): Promise<Trial> {
  const tfjs = createRequire(import.meta.url).resolve("@tensorflow/tfjs");
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: "3" };
  const result = await run(process.execPath, ["-e", SCRIPT, tfjs, packageFolder], { env });
  const answer = /^TensorFlow (\S+)$/m.exec(result.stdout)?.[1];
  if (result.code === 0 && answer !== undefined) return { tensorflow: answer };
  return { problem: reasonOf(result) };
}

/** Does what load.ts does, in a few lines of plain JavaScript. */
const SCRIPT = `
const util = require("node:util");
util.isNullOrUndefined ??= (value) => value === null || value === undefined;
const tf = (globalThis[Symbol.for("anchorkit.tfjs")] = require(process.argv[1]));
require(process.argv[2]);
if (tf.getBackend() !== "tensorflow") throw new Error("error: it is not the backend of tfjs");
if (tf.add(2, 3).dataSync()[0] !== 5) throw new Error("error: 2 + 3 is not 5");
console.log("TensorFlow " + tf.backend().binding.TF_Version);
`;
