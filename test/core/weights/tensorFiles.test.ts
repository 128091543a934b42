import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { NamedValues } from "../../../src/core/namedWeights.ts";
import { readTensors } from "../../../src/core/weights/tensorFiles.ts";
import { readFixture } from "../oracle.ts";

const fixture = (name: string): string => fileURLToPath(new URL(`../../fixtures/tensors/${name}`, import.meta.url));
const expected = readFixture("tensors/values.json") as Record<string, { shape: number[]; values: number[] }>;

function listed(tensors: NamedValues): Record<string, { shape: readonly number[]; values: number[] }> {
  return Object.fromEntries([...tensors].map(([name, { shape, values }]) => [name, { shape, values: [...values] }]));
}

describe("files of tensors", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "tensors-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each(["zip.pth", "legacy.pth", "protocol5.pth", "some.safetensors"])("have torch's values: %s", async (name) => {
    const { tensors, leftOut } = await readTensors(fixture(name));
    expect(listed(tensors)).toEqual(expected);
    expect(leftOut.sort()).toEqual(["bn.num_batches_tracked", "mask"]);
  });

  it("may be checkpoints around the weights, of a network that ran on several devices", async () => {
    const { tensors, leftOut } = await readTensors(fixture("checkpoint.pth"));
    expect(listed(tensors)).toEqual(expected);
    expect(leftOut.sort()).toEqual(["bn.num_batches_tracked", "epoch", "mask", "optimizer"]);
  });

  it("may be of a module, whose dict says more than its tensors", async () => {
    expect([...(await readTensors(fixture("state_dict.pth"))).tensors.keys()]).toEqual(["weight", "bias"]);
  });

  it("say what they say about themselves", async () => {
    expect((await readTensors(fixture("some.safetensors"))).metadata).toEqual({ made: "here" });
    expect((await readTensors(fixture("zip.pth"))).metadata).toEqual({});
  });

  it("are refused when they hold whole models of Python, or something else", async () => {
    const whole = readTensors(fixture("whole_model.pth"));
    await expect(whole).rejects.toThrow(
      /whole_model\.pth: asks for torch\.nn\.modules\.batchnorm\.BatchNorm2d, which is no tensor; nothing of it was run/,
    );
    await writeFile(join(folder, "page.pth"), "<html>log in</html>");
    await expect(readTensors(join(folder, "page.pth"))).rejects.toThrow(/page\.pth: neither a safetensors file nor /);
  });
});
