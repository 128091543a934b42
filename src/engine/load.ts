import { knownOptions } from "../geometry/knownOptions.ts";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import util from "node:util";
import * as tf from "@tensorflow/tfjs";
import { AnchorkitError, messageOf } from "../base/errors.ts";
import { findEngines, type EnginePlace } from "./locate.ts";
import { librarySource } from "./install/platform.ts";

/**
 * Which engine is wanted: `native` is TensorFlow's C++ library, or an error that says how to get it; `cpu` is tfjs's own
 * JavaScript kernels, right but 100 times slower; `auto` is native where it is there, else cpu.
 */
export type EngineChoice = "auto" | "native" | "cpu";

/** The engine that runs: after `loadEngine`, every op of `@tensorflow/tfjs` goes to it. */
export interface Engine {
  name: "native" | "cpu";
  /** Version of TensorFlow (native), or of tfjs (cpu). */
  tensorflow: string;
  /** tfjs's backend, the same as `tf.backend()`. */
  backend: tf.KernelBackend;
  /** True if ops run on a graphics card. */
  gpu: boolean;
  /** The package that holds the native engine; undefined for cpu. */
  place?: EnginePlace;
  /** Packages for a native engine that are there and cannot be used, each with the reason. */
  failures: string[];
}

/** How to get a native engine, for messages. */
export const INSTALL_COMMAND = "detect engine install";

let native: Engine | undefined;
const failures = new Map<string, string>();

/**
 * Makes tfjs use an engine (by default `auto`) and gives it back. Calling it again is free. Commands that would take
 * hours on the cpu engine ask for `native`, so that a missing one is an error that names the command that installs it.
 * The native engine is the first that loads of those that `findEngines` lists. `threads` (of the native engine; by
 * default one for each CPU) counts at the first call.
 */
export async function loadEngine(options: { engine?: EngineChoice; threads?: number } = {}): Promise<Engine> {
  knownOptions("loadEngine", options, { engine: true, threads: true });
  const choice = options.engine ?? "auto";
  if (choice !== "cpu") {
    native ??= loadNative(options.threads);
    if (native !== undefined) {
      await tf.setBackend("tensorflow");
      return native;
    }
    if (choice === "native") throw new AnchorkitError(missingNative());
  }
  return loadCpu();
}

/** The engine that ops go to now. */
export function presentEngine(): Pick<Engine, "name" | "gpu"> {
  return native !== undefined && tf.getBackend() === "tensorflow" ? native : { name: "cpu", gpu: false };
}

function loadNative(threads: number | undefined): Engine | undefined {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= "3"; // fatal errors only; 0 shows everything
  // Without it, threads add up CropAndResize's gradient in one place at once: sums are lost, and no run equals another.
  process.env.TF_DETERMINISTIC_OPS ??= "1";
  if (threads !== undefined) {
    process.env.TF_NUM_INTRAOP_THREADS = String(threads);
    process.env.TF_NUM_INTEROP_THREADS = String(threads);
  }
  (util as { isNullOrUndefined?: unknown }).isNullOrUndefined ??= (value: unknown) =>
    value === null || value === undefined; // tfjs-node calls it, Node 23 dropped it
  // A package installed by `detect engine install` has this in place of a tfjs of its own, so that there is only one.
  (globalThis as Record<symbol, unknown>)[Symbol.for("anchorkit.tfjs")] = require("@tensorflow/tfjs");
  for (const place of findEngines()) {
    if (!existsSync(place.addon)) {
      failures.set(place.folder, "has no native addon (its install script did not run, or failed)");
      continue;
    }
    try {
      require(place.addon); // alone first: the package registers its kernels before it looks for the addon
      require(place.folder);
    } catch (error) {
      failures.set(place.folder, `does not load: ${messageOf(error).split("\n")[0] ?? ""}`);
      continue;
    }
    const backend = tf.findBackend("tensorflow") as NodeBackend;
    const { binding } = backend;
    return {
      name: "native",
      tensorflow: binding.TF_Version,
      backend,
      gpu: binding.isUsingGpuDevice(),
      place,
      failures: reasons(),
    };
  }
  return undefined;
}

async function loadCpu(): Promise<Engine> {
  await tf.setBackend("cpu");
  const backend = tf.backend() as tf.KernelBackend & { firstUse?: boolean };
  backend.firstUse = false; // no advertisement for tfjs-node on the terminal
  return { name: "cpu", tensorflow: tf.version["tfjs-core"], backend, gpu: false, failures: reasons() };
}

function missingNative(): string {
  const reason = failures.size > 0 ? ` (${reasons().join("; ")})` : "";
  return `no native TensorFlow to run on; ${howToGetIt()}${reason}`;
}

function howToGetIt(): string {
  try {
    librarySource("cpu");
    return `get it with: ${INSTALL_COMMAND}`;
  } catch (error) {
    return messageOf(error); // not made for this platform, and what to do instead
  }
}

function reasons(): string[] {
  return [...failures].map(([folder, reason]) => `${folder} ${reason}`);
}

type NodeBackend = tf.KernelBackend & { binding: { TF_Version: string; isUsingGpuDevice(): boolean } };

const require = createRequire(import.meta.url);
