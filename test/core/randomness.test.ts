import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { drawNormal, drawUniform, seeded } from "../../src/core/randomness.ts";
import { compileProgram } from "../../src/engine/graph/program.ts";
import { withTarget } from "../../src/engine/graph/target.ts";
import { engines, on } from "../detection/support.ts";

const places = [...engines.map((engine) => ({ engine, target: "native" as const })), { engine: engines[0] ?? "cpu", target: "portable" as const }]; // prettier-ignore
const int = (value: number): tf.Scalar => tf.scalar(value, "int32");

describe.each(places)("random numbers on $engine, $target", ({ engine, target }) => {
  const run = <T>(body: () => T): Promise<T> => on(engine, () => withTarget(target, body));
  const drawn = (seed: number, layer: string, count: number): number[] =>
    tf.tidy(() => seeded(int(seed), () => Array.from(drawUniform(layer, [count]).dataSync())));

  it("come again with their seed, and differ by seed, layer and call", () =>
    run(() => {
      expect(drawn(7, "a", 50)).toEqual(drawn(7, "a", 50));
      for (const other of [drawn(8, "a", 50), drawn(7, "b", 50), drawn(7 + 2 ** 12, "a", 50), drawn(7 + 2 ** 30, "a", 50)]) {
        expect(drawn(7, "a", 50).filter((x, i) => x === other[i]).length).toBeLessThan(3);
      } // prettier-ignore
      const [first, second] = seeded(int(7), () => [drawUniform("a", [4, 5]), drawUniform("a", [4, 5])] as const);
      expect(first.shape).toEqual([4, 5]);
      expect(Array.from(first.dataSync())).toEqual(drawn(7, "a", 20));
      expect(Array.from(second.dataSync())).not.toEqual(drawn(7, "a", 20));
    }));

  it("nest: the innermost seed rules, and an error ends its reign", () =>
    run(() => {
      const [inner, outer] = seeded(int(1), () => {
        expect(() => seeded(int(5), () => { throw new Error("no"); })).toThrow("no"); // prettier-ignore
        return [drawn(2, "a", 3), Array.from(drawUniform("a", [3]).dataSync())] as const;
      });
      expect(inner).toEqual(drawn(2, "a", 3));
      expect(outer).toEqual(drawn(1, "a", 3));
    }));

  it("are uniform and independent, also of those of the next seed and of the next layer", () =>
    run(() => {
      const n = 20_000;
      const rows = [drawn(0, "a", n), drawn(1, "a", n), drawn(0, "b", n), drawn(2 ** 31 - 1, "a", n)];
      for (const row of rows) {
        expect(Math.min(...row)).toBeGreaterThanOrEqual(0);
        expect(Math.max(...row)).toBeLessThan(1);
        expect(chiSquared(row.map((x) => Math.floor(x * 64)), 64)).toBeLessThan(125); // one in 200,000
        const pairs = row.slice(1).map((x, i) => Math.floor(x * 8) * 8 + Math.floor((row[i] ?? 0) * 8));
        expect(chiSquared(pairs, 64)).toBeLessThan(125);
        const fine = row.map((x) => Math.floor(x * 2 ** 16) % 64); // the lower bits
        expect(chiSquared(fine, 64)).toBeLessThan(125);
      } // prettier-ignore
      for (const other of rows.slice(1)) {
        const pairs = other.map((x, i) => Math.floor(x * 8) * 8 + Math.floor((rows[0]?.[i] ?? 0) * 8));
        expect(chiSquared(pairs, 64)).toBeLessThan(125);
      }
    }));

  it("are normal", () =>
    run(() => {
      const values = Array.from(seeded(int(3), () => drawNormal("a", [20_000]).dataSync()));
      const moment = (k: number): number => values.reduce((sum, x) => sum + x ** k, 0) / values.length;
      expect(Math.abs(moment(1))).toBeLessThan(0.04);
      expect(Math.abs(moment(2) - 1)).toBeLessThan(0.06);
      expect(Math.abs(moment(4) - 3)).toBeLessThan(0.35);
      expect(values.every(Number.isFinite)).toBe(true);
    }));

  it("are drawn without a seed, anew each time", () =>
    run(() => {
      expect(drawUniform("a", [9]).dataSync()).not.toEqual(drawUniform("a", [9]).dataSync());
    }));

  it("are those of the fed seed in a compiled step", async () => {
    await tf.setBackend(engine);
    const step = {
      inputs: { seed: { shape: [], dtype: "int32" as const } },
      run: ({ seed }: tf.NamedTensorMap) => ({ outputs: { drawn: seeded(seed as tf.Scalar, () => drawUniform("a", [6])) } }), // prettier-ignore
    };
    const program = await compileProgram({ step }, { variables: [], target });
    for (const value of [5, 2 ** 31 - 1]) {
      const seed = int(value);
      const outputs = program.run("step", { seed });
      expect(Array.from(outputs.drawn?.dataSync() ?? [])).toEqual(withTarget(target, () => drawn(value, "a", 6)));
      tf.dispose([seed, outputs]);
    }
    program.dispose();
  });
});

/** Against equal shares of so many cells. */
function chiSquared(cells: number[], count: number): number {
  const counts = new Float64Array(count);
  for (const cell of cells) counts[cell] = (counts[cell] ?? 0) + 1;
  const expected = cells.length / count;
  return counts.reduce((sum, c) => sum + (c - expected) ** 2 / expected, 0);
}
