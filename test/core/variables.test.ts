import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { AnchorkitError } from "../../src/base/errors.ts";
import { loadVariables, saveVariables } from "../../src/core/variables.ts";
import { loadEngine } from "../../src/engine/load.ts";
import { fill, valuesOf } from "./tinyModel.ts";

const State = z.object({ step: z.int(), note: z.string() });

/** Variables of these values; a name's first letters say nothing of its place. */
function variablesOf(values: Record<string, number[]>): Map<string, tf.Variable> {
  return new Map(Object.entries(values).map(([name, own]) => [name, tf.variable(tf.tensor(own, [own.length, 1]))]));
}

const VALUES = { "b/kernel": [1, 2, 3], "b/kernel/adam_m": [-1, 0.5, 1e-30], "a/bias": [7, 8] };

describe("a file of variables", () => {
  let folder: string;
  let path: string;
  beforeAll(() => loadEngine({ engine: "cpu" }));
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "variables-"));
    path = join(folder, "state.bin");
  });
  afterEach(() => rm(folder, { recursive: true }));

  const state = { step: 12, note: "two\nlines" };
  const load = (variables: ReadonlyMap<string, tf.Variable>) => loadVariables(path, variables, State);

  it("gives each variable its values by name, whatever the order", async () => {
    await saveVariables(path, variablesOf(VALUES), state);
    const others = new Map([...variablesOf({ "b/kernel": [0, 0, 0], "a/bias": [0, 0], "b/kernel/adam_m": [0, 0, 0] })]);
    const tensors = tf.memory().numTensors;
    expect(await load(others)).toEqual(state);
    expect(tf.memory().numTensors).toBe(tensors);
    expect(valuesOf(others)).toEqual({ ...VALUES, "b/kernel/adam_m": [-1, 0.5, Math.fround(1e-30)] });
    expect(await readdir(folder)).toEqual(["state.bin"]);
  });

  it.each<[string, Record<string, number[]>, string]>([
    ["missing", { ...VALUES, "c/bias": [1] }, "c/bias is not in the file"],
    ["left over", { "b/kernel": [0, 0, 0] }, "b/kernel/adam_m and a/bias are not in this network"],
    ["of another shape", { ...VALUES, "a/bias": [0, 0, 0, 0] }, "a/bias has shape [2, 1], this network's has [4, 1]"],
  ])("is refused when a variable is %s, and nothing is changed", async (_, values, message) => {
    await saveVariables(path, variablesOf(VALUES), state);
    const others = variablesOf(values);
    const before = valuesOf(others);
    await expect(load(others)).rejects.toThrow(`${path}: belongs to another network: ${message}`);
    expect(valuesOf(others)).toEqual(before);
  });

  it("is refused when it is cut short, or another kind of training left it", async () => {
    const variables = variablesOf(VALUES);
    await saveVariables(path, variables, state);
    await expect(loadVariables(path, variables, z.object({ epoch: z.int() }))).rejects.toThrow(
      `${path}: a checkpoint of another kind of training`,
    );
    const { length } = await readFile(path);
    await truncate(path, length - 3);
    await expect(load(variables)).rejects.toThrow(/^.*state\.bin: cut short, or damaged: \d+ bytes in place of \d+$/);
    await truncate(path, 100);
    await expect(load(variables)).rejects.toThrow(`${path}: not a checkpoint, or cut short`);
  });

  it("is not written with a value that is not finite, and not read with one", async () => {
    const variables = variablesOf(VALUES);
    fill(variables.get("b/kernel/adam_m"), (i) => (i === 2 ? NaN : 0));
    await expect(saveVariables(path, variables, state)).rejects.toThrow(
      `${path}: not written: b/kernel/adam_m holds values that are not finite`,
    );
    expect(await readdir(folder)).toEqual([]);

    fill(variables.get("b/kernel/adam_m"), () => 0.25);
    await saveVariables(path, variables, state);
    const content = (await readFile(path)).subarray(65);
    content.fill(0xff, content.length - 4); // the last value: a NaN
    const sha256 = createHash("sha256").update(content).digest("hex");
    await writeFile(path, Buffer.concat([Buffer.from(`${sha256}\n`), content]));
    await expect(load(variables)).rejects.toThrow(`${path}: a/bias holds values that are not finite`);
  });

  it("is refused whatever bit is flipped", async () => {
    const variables = variablesOf(VALUES);
    await saveVariables(path, variables, state);
    const bytes = await readFile(path);
    for (let at = 0; at < bytes.length; at++) {
      const spoilt = Buffer.from(bytes);
      spoilt[at] = (spoilt[at] ?? 0) ^ (1 << (at % 8));
      await writeFile(path, spoilt);
      const error: unknown = await load(variables).catch((e: unknown) => e);
      expect(error, `byte ${at}`).toBeInstanceOf(AnchorkitError);
    }
    await writeFile(path, bytes);
    expect(await load(variables)).toEqual(state);
  });

  it("gives nothing but an AnchorkitError of one line for other bytes", async () => {
    const variables = variablesOf(VALUES);
    await saveVariables(path, variables, state);
    const bytes = await readFile(path);
    const sha256 = bytes.subarray(0, 65);
    const other = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.nat(bytes.length - 1).map((end) => bytes.subarray(0, end)),
      fc.json().map((json) => Buffer.concat([sha256, Buffer.from(`${json}\n`)])),
      fc.json().map((json) => Buffer.concat([sha256, Buffer.from(`{"state":1,"variables":[${json}]}\n`)])),
    );
    await fc.assert(
      fc.asyncProperty(other, async (content) => {
        await writeFile(path, content);
        const error: unknown = await load(variables).catch((e: unknown) => e);
        expect(error).toBeInstanceOf(AnchorkitError);
        expect((error as Error).message).not.toContain("\n");
      }),
      { seed: 3, numRuns: 300 },
    );
  });
});
