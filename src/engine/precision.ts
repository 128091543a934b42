import { hasBfloat16Instructions } from "./cpu.ts";
import type { Precision } from "./graph/program.ts";
import { presentEngine, type Engine } from "./load.ts";

/**
 * The faster precision of an engine (by default the one that runs): bfloat16 where native TensorFlow computes on a CPU
 * with instructions for it, else float32. `cpuinfo` is the text of Linux's /proc/cpuinfo, by default this machine's.
 */
export function chooseFastPrecision(
  engine: Pick<Engine, "name" | "gpu"> = presentEngine(),
  cpuinfo?: string,
): Precision {
  return engine.name === "native" && !engine.gpu && hasBfloat16Instructions(cpuinfo) ? "bfloat16" : "float32";
}
