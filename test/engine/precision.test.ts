import { expect, it } from "vitest";
import { loadEngine } from "../../src/engine/load.ts";
import { chooseFastPrecision } from "../../src/engine/precision.ts";

it.each([
  { name: "native", gpu: false, flags: "avx2 avx512f avx512_bf16", precision: "bfloat16" },
  { name: "native", gpu: false, flags: "avx2 amx_bf16", precision: "bfloat16" },
  { name: "native", gpu: false, flags: "avx2 avx512f", precision: "float32" },
  { name: "native", gpu: true, flags: "avx512_bf16 amx_bf16", precision: "float32" },
  { name: "cpu", gpu: false, flags: "avx512_bf16", precision: "float32" },
] as const)("the fast precision of $name (GPU: $gpu) on $flags is $precision", ({ name, gpu, flags, precision }) => {
  expect(chooseFastPrecision({ name, gpu }, `flags\t: fpu ${flags}\n`)).toBe(precision);
});

it("the fast precision is that of the engine that runs, unless told", async () => {
  const best = await loadEngine();
  const flags = "flags : avx512_bf16";
  expect(chooseFastPrecision(undefined, flags)).toBe(chooseFastPrecision(best, flags));
  await loadEngine({ engine: "cpu" });
  expect(chooseFastPrecision(undefined, flags)).toBe("float32");
});
