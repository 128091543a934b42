import { existsSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";
import { messageOf } from "../base/errors.ts";
import { findCompiler } from "./install/addon.ts";
import { cpuInstructions, hasBfloat16Instructions } from "./cpu.ts";
import { INSTALL_COMMAND, loadEngine, type Engine } from "./load.ts";
import { librarySource } from "./install/platform.ts";
import type { Precision } from "./graph/program.ts";
import { chooseFastPrecision } from "./precision.ts";
import { run } from "./install/run.ts";

/** What runs here, and why: the facts that `detect doctor` prints. */
export interface EngineDescription {
  engine: "native" | "cpu";
  /** Version of TensorFlow (native), or of tfjs (cpu). */
  tensorflow: string;
  /** The folder of the native engine's package; undefined for cpu. */
  folder: string | undefined;
  /** Where the native engine comes from: a package of the user's project, or `detect engine install`. */
  origin: "project" | "cache" | undefined;
  cpu: {
    model: string;
    /** Instructions that matter, by Linux's names ("avx2", "avx512_bf16"); empty where the system does not tell. */
    instructions: string[];
    bfloat16: boolean;
  };
  /** What computations take by themselves: bfloat16 where the engine is fast in it. */
  precision: Precision;
  /** Graphics cards that the engine computes on, by name; empty when it computes on the CPU. */
  gpus: string[];
  /** Threads that one operation may use. */
  threads: number;
  /** Bytes that this process may use, and how many of them are free. */
  memory: { total: number; available: number };
  /** Packages for a native engine that are there and cannot be used, each with the reason. */
  failures: string[];
  /** What to do for what is missing, one line each; empty when all is well. */
  advice: string[];
}

/** Loads the best engine there is and says what it is, what is missing and how to get it. */
export async function describeEngine(): Promise<EngineDescription> {
  const engine = await loadEngine({ engine: "auto" });
  const cards = await nvidiaCards();
  const limit = process.constrainedMemory();
  return {
    engine: engine.name,
    tensorflow: engine.tensorflow,
    folder: engine.place?.folder,
    origin: engine.place?.origin,
    cpu: {
      model: cpus()[0]?.model.trim() ?? "unknown",
      instructions: cpuInstructions(),
      bfloat16: hasBfloat16Instructions(),
    },
    precision: chooseFastPrecision(engine),
    gpus: engine.gpu ? cards : [],
    threads: Number(process.env.TF_NUM_INTRAOP_THREADS) || availableParallelism(),
    memory: { total: limit > 0 ? Math.min(limit, totalmem()) : totalmem(), available: process.availableMemory() },
    failures: engine.failures,
    advice: advise(engine, cards),
  };
}

function advise(engine: Engine, cards: readonly string[]): string[] {
  if (engine.name === "native") {
    const idle = cards.length > 0 && !engine.gpu && canInstall("gpu") === undefined;
    return idle ? [`${cards.join(", ")} is not used; for TensorFlow with CUDA: ${INSTALL_COMMAND} --gpu`] : [];
  }
  const obstacle = canInstall("cpu");
  if (obstacle !== undefined) return [obstacle];
  return [`no native TensorFlow (100 times faster): ${INSTALL_COMMAND}`];
}

/** Why `detect engine install` cannot work here, or undefined. */
function canInstall(variant: "cpu" | "gpu"): string | undefined {
  try {
    librarySource(variant);
    findCompiler();
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** The names of NVIDIA's cards, as its driver's own tool tells them. */
async function nvidiaCards(): Promise<string[]> {
  if (process.platform === "linux" && !existsSync("/proc/driver/nvidia") && !existsSync("/dev/dxg")) return [];
  const { code, stdout } = await run("nvidia-smi", ["--query-gpu=name", "--format=csv,noheader"]);
  return code === 0 ? stdout.split("\n").filter((line) => line.trim() !== "") : [];
}
