import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { AnchorkitError } from "../../src/base/errors.ts";
import { loadVariables, saveVariables } from "../../src/core/variables.ts";
import { loadEngine } from "../../src/engine/load.ts";

let folder: string;
let path: string;

beforeAll(async () => {
  await loadEngine();
  folder = await mkdtemp(join(tmpdir(), "anchorkit-variables-"));
  path = join(folder, "state.bin");
});
afterEach(() => {
  tf.disposeVariables();
});
afterAll(() => rm(folder, { recursive: true }));

const State = z.object({ step: z.int(), text: z.string() });
const state = { step: 7, text: "line\nbreak" };

function variables(kernel: number[][], bias: number[], rate: number): tf.Variable[] {
  return [
    tf.variable(tf.tensor2d(kernel), true, "kernel"),
    tf.variable(tf.tensor1d(bias), true, "bias"),
    tf.variable(tf.scalar(rate), false, "rate"),
  ];
}

const kernel = [[1.5, -2, 1e-30], [3e30, 0, 0.1]]; // prettier-ignore

async function save(): Promise<void> {
  const saved = variables(kernel, [4, -5], 0.25);
  await saveVariables(path, saved, state);
  tf.dispose(saved);
}

function zeros(shapes: number[][]): tf.Variable[] {
  return shapes.map((shape, i) => tf.variable(tf.zeros(shape), true, `w${i}`));
}

describe("saveVariables and loadVariables", () => {
  it("bring back every value to the bit, and the state, and leave no tensor behind", async () => {
    await save();
    const others = variables([[0, 0, 0], [0, 0, 0]], [0, 0], 0); // prettier-ignore
    const before = tf.memory().numTensors;
    expect(await loadVariables(path, others, State)).toEqual(state);
    expect(tf.memory().numTensors).toBe(before);
    const values = others.map((variable) => [...variable.dataSync()]);
    expect(values).toEqual([[...Float32Array.from(kernel.flat())], [4, -5], [0.25]]);
    expect(others.map(({ shape }) => shape)).toEqual([[2, 3], [2], []]);
  });

  it.each([
    ["of another shape, though as many numbers", [[3, 2], [2], []], /belongs to another network \(w0 differs\)/],
    ["of another shape further on", [[2, 3], [3], []], /belongs to another network \(w1 differs\)/],
    ["fewer than were saved", [[2, 3], [2]], /belongs to another network \(their number differs\)/],
    ["more than were saved", [[2, 3], [2], [], [4]], /belongs to another network \(w3 differs\)/],
  ])("refuse variables %s, and change none", async (_, shapes, message) => {
    await save();
    const others = zeros(shapes);
    await expect(loadVariables(path, others, State)).rejects.toThrow(message);
    await expect(loadVariables(path, others, State)).rejects.toThrow(AnchorkitError);
    for (const other of others) expect([...other.dataSync()].every((value) => value === 0)).toBe(true);
  });

  it("refuse a file that is cut short in its values, in its first line, or empty", async () => {
    await save();
    const { length } = await readFile(path);
    const others = zeros([[2, 3], [2], []]);
    for (const [size, message] of [
      [length - 1, `${path}: is cut short: ${length - 1} bytes in place of ${length}`],
      [length - 36, `${path}: is cut short`],
      [20, `${path}: not a checkpoint, or cut short`],
      [0, `${path}: not a checkpoint, or cut short`],
    ] as const) {
      await truncate(path, size);
      await expect(loadVariables(path, others, State)).rejects.toThrow(message);
    }
    for (const other of others) expect([...other.dataSync()].every((value) => value === 0)).toBe(true);
  });

  it("refuse a file that goes on after its values, a state of another form, and a missing file", async () => {
    await save();
    const others = zeros([[2, 3], [2], []]);
    await expect(loadVariables(path, others, z.object({ epoch: z.int() }))).rejects.toThrow("not a checkpoint");
    await writeFile(path, Buffer.concat([await readFile(path), Buffer.from([0])]));
    await expect(loadVariables(path, others, State)).rejects.toThrow(/bytes in place of/);
    await expect(loadVariables(join(folder, "none.bin"), others, State)).rejects.toThrow("none.bin: cannot be read");
  });
});
