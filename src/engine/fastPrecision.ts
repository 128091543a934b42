import { hasBfloat16Instructions } from "./cpu.ts";
import type { Precision } from "./graph/program.ts";
import type { Engine } from "./load.ts";

/** The precision that an engine is fastest in: bfloat16 where it computes on a CPU that has instructions for it. */
export function fastPrecision({ name, gpu }: Pick<Engine, "name" | "gpu">, cpuinfo?: string): Precision {
  return name === "native" && !gpu && hasBfloat16Instructions(cpuinfo) ? "bfloat16" : "float32";
}
