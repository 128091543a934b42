import { describe, expect, it } from "vitest";
import { roundLayer } from "../../../src/export/quantize/roundLayer.ts";
import { roundWeights } from "../../../src/export/quantize/roundWeights.ts";
import { floatsOf, tensorOf } from "../../../src/export/onnx/tensors.ts";

describe("roundWeights", () => {
  // two rows, three columns
  const tensor = tensorOf("w", "float32", [2, 3], Float32Array.of(1, -2, 0, 0.5, 4, 0));

  it("has a scale for each channel, whose largest weight is the largest whole number", () => {
    const rows = roundWeights({ tensor, axis: 0 }, 4);
    expect([...rows.scales]).toEqual([0.5, 1]);
    expect([...rows.values]).toEqual([2, -4, 0, 1, 4, 0]); // 0.5 is rounded up
    const columns = roundWeights({ tensor, axis: 1 }, 4);
    expect([...columns.scales]).toEqual([0.25, 1, 1]); // a channel of zeros has any scale
    expect([...columns.values]).toEqual([4, -2, 0, 2, 4, 0]);
  });

  it("keeps scales that are asked for at least", () => {
    const { scales, values } = roundWeights({ tensor, axis: 0 }, 4, Float32Array.of(2, 0.1));
    expect([...scales]).toEqual([2, 1]);
    expect([...values]).toEqual([1, -1, 0, 1, 4, 0]);
  });
});

describe("roundLayer", () => {
  const layer = { op: "Gemm", inputs: ["x", "w", "b"], outputs: ["y"], attributes: { transB: 0 } };

  it("rounds a bias in steps of the input's scale times the weights'", () => {
    const kernel = tensorOf("w", "float32", [1, 2], Float32Array.of(64, -6.4));
    const bias = tensorOf("b", "float32", [2], Float32Array.of(3, -0.07));
    const [weights, sums] = roundLayer(layer, kernel, bias, 0.5);
    expect([...(weights?.tensors[0]?.bytes ?? [])]).toEqual([64, 256 - 64]);
    expect(sums?.tensors[0]).toMatchObject({ name: "y/bias", type: "int32" });
    const whole = new Int32Array(sums?.tensors[0]?.bytes.slice().buffer as ArrayBuffer);
    expect([...whole]).toEqual([6, -1]); // 3 / (0.5 · 1), and -0.07 / (0.5 · 0.1) = -1.4
    expect(sums?.node.attributes.axis).toBe(0);
    expect(weights?.node.attributes.axis).toBe(1);
  });

  it("gives a channel of nearly no weights a scale in which its bias fits", () => {
    const kernel = tensorOf("w", "float32", [1, 1], Float32Array.of(1e-12));
    const [weights, sums] = roundLayer(layer, kernel, tensorOf("b", "float32", [1], Float32Array.of(-8)), 0.25);
    const whole = new Int32Array(sums?.tensors[0]?.bytes.slice().buffer as ArrayBuffer);
    const [step = NaN] = floatsOf(sums?.tensors[1] as never);
    expect((whole[0] ?? NaN) * step).toBeCloseTo(-8, 5);
    expect(Math.abs(whole[0] ?? NaN)).toBeLessThanOrEqual(2 ** 30 + 2 ** 8);
    expect(weights?.tensors[0]?.bytes[0]).toBe(0);
  });
});
