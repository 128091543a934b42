import { readFileSync } from "node:fs";

/** Instructions that make TensorFlow faster, by the names that Linux has for them. */
const INSTRUCTIONS = ["avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "asimd", "bf16"];

/** Which of the instructions that matter this CPU has; empty where the system does not say (other than Linux). */
export function cpuInstructions(): string[] {
  const flags = new Set(cpuFlags());
  return INSTRUCTIONS.filter((name) => flags.has(name));
}

/** True if an x86 CPU multiplies bfloat16 numbers in hardware (AVX512_BF16 or AMX_BF16). */
export function hasBfloat16Instructions(): boolean {
  return cpuInstructions().some((name) => name === "avx512_bf16" || name === "amx_bf16");
}

/** The flags of the first CPU in /proc/cpuinfo: "flags : fpu vme …" on x86, "Features : fp asimd …" on ARM. */
function cpuFlags(): string[] {
  try {
    const line = /^(?:flags|Features)\s*:(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"));
    return (line?.[1] ?? "").trim().split(/\s+/);
  } catch {
    return [];
  }
}
