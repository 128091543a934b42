import { readFileSync } from "node:fs";

/** Instructions that make TensorFlow faster, by the names that Linux has for them. */
const INSTRUCTIONS = ["avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "asimd", "bf16"];

/**
 * Which of the instructions that matter a CPU has, from the text of Linux's /proc/cpuinfo (by default this machine's);
 * empty where there is none, as on macOS.
 */
export function cpuInstructions(cpuinfo: string = readCpuinfo()): string[] {
  // "flags : fpu vme …" on x86, "Features : fp asimd …" on ARM; the first CPU speaks for all
  const flags = /^(?:flags|Features)\s*:(.*)$/m.exec(cpuinfo)?.[1]?.split(/\s+/);
  return INSTRUCTIONS.filter((name) => flags?.includes(name));
}

/** True if an x86 CPU multiplies bfloat16 numbers in hardware (AVX512_BF16 or AMX_BF16). */
export function hasBfloat16Instructions(cpuinfo?: string): boolean {
  return cpuInstructions(cpuinfo).some((name) => name === "avx512_bf16" || name === "amx_bf16");
}

function readCpuinfo(): string {
  try {
    return readFileSync("/proc/cpuinfo", "utf8");
  } catch {
    return "";
  }
}
