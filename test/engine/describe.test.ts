import { availableParallelism } from "node:os";
import { describe, expect, it } from "vitest";
import { cpuInstructions, hasBfloat16Instructions } from "../../src/engine/cpu.ts";
import { describeEngine } from "../../src/engine/describe.ts";

describe("describeEngine", () => {
  it("says what runs, on what, and what to do when it is slow", async () => {
    const facts = await describeEngine();
    expect(facts.cpu.model).not.toBe("");
    expect(facts.memory.total).toBeGreaterThan(facts.memory.available);
    expect(facts.threads).toBe(Number(process.env.TF_NUM_INTRAOP_THREADS) || availableParallelism());
    if (facts.engine === "native") {
      expect(facts.folder).toMatch(/tfjs-node(-gpu)?$/);
      expect(facts.tensorflow).toMatch(/^2\./);
    } else {
      expect(facts.advice).toHaveLength(1);
    }
  });
});

describe("cpuInstructions", () => {
  it("reads x86's and ARM's lists, whole words only", () => {
    expect(
      cpuInstructions("processor\t: 0\nflags\t\t: fpu avx avx2 avx512f avx512_bf16 sse\n\nprocessor\t: 1\n"),
    ).toEqual(["avx2", "avx512f", "avx512_bf16"]);
    expect(cpuInstructions("Features\t: fp asimd bf16 i8mm\n")).toEqual(["asimd", "bf16"]);
    expect(cpuInstructions("")).toEqual([]);
  });

  it("bfloat16 counts on x86 with AVX-512 or AMX", () => {
    expect(hasBfloat16Instructions("flags : avx512f avx512_bf16")).toBe(true);
    expect(hasBfloat16Instructions("flags : amx_tile amx_bf16")).toBe(true);
    expect(hasBfloat16Instructions("flags : avx2 avx512f")).toBe(false);
  });
});
