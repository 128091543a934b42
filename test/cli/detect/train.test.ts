import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type * as models from "../../../src/models.ts";
import { PRESETS } from "../../../src/data/augment/presets.ts";
import { folderOf, jpeg, labelImgXml } from "../../data/helpers.ts";
import { callCommand } from "../command.ts";

type Trained = Parameters<typeof models.trainModel>[3] & { augment?: unknown };
const trained = vi.hoisted((): { options: Trained[] } => ({ options: [] }));

vi.mock("../../../src/models.ts", async (original) => ({
  ...(await original<typeof models>()),
  findModelBatch: (...[, , , { batch }]: Parameters<typeof models.findModelBatch>) =>
    Promise.resolve({ batch: 4 * batch, says: "--batch auto: batches of so many" }),
  trainModel: (...[, , , options, recorded]: Parameters<typeof models.trainModel>) => {
    trained.options.push({ ...options, ...recorded });
    return Promise.resolve({ steps: 1, seconds: 1, best: null, finished: true });
  },
}));

// The real one listens for Ctrl-C from then on, also when the tests end.
vi.mock("../../../src/cli/interrupt.ts", () => ({
  INTERRUPTED: 130,
  abortOnInterrupt: () => new AbortController().signal,
}));

beforeEach(() => {
  trained.options.length = 0;
});

/** A folder of images that can be split in three. */
async function photos(): Promise<string> {
  const files: Record<string, string | Uint8Array> = {};
  for (const name of ["a", "b", "c", "d", "e", "f"]) {
    files[`photos/${name}.jpg`] = await jpeg(100, 80);
    files[`photos/${name}.xml`] = labelImgXml(`${name}.jpg`, [["cat", 10, 10, 50, 50]]);
  }
  return folderOf({
    ...files,
    "my.yaml": "- { name: rotate, degrees: [-3, 3] }",
    "bad.yaml": "- { name: rotate, degrees: 3 }",
    "run/config.json": JSON.stringify({ augment: "gone.yaml", augmentation: PRESETS.strong, data: "?" }),
  });
}

describe("detect train --augment", () => {
  const train = async (folder: string, ...args: string[]) => {
    const ended = await callCommand("detect", [
      "train",
      "--data",
      join(folder, "photos"),
      "--out",
      join(folder, "out"),
      ...args,
    ]);
    return { ...ended, options: trained.options[0] };
  };

  it("is the preset default unless told, its flips included", async () => {
    const { code, stderr, options } = await train(await photos());
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
    expect(options).toMatchObject({ augment: "default", augmentation: PRESETS.default });
    expect(options?.flip).toBeUndefined();
  });

  it("takes a preset or a file; flips of the command line go with it", async () => {
    const folder = await photos();
    expect((await train(folder, "--augment", "strong")).options?.augmentation).toEqual(PRESETS.strong);
    trained.options.length = 0;
    const { options } = await train(folder, "--augment", join(folder, "my.yaml"), "--flip", "both");
    expect(options).toMatchObject({ flip: "both", augmentation: { operations: [{ name: "rotate" }] } });
  });

  it("explains what is wrong with a file, and trains nothing", async () => {
    const folder = await photos();
    const { code, stderr, options } = await train(folder, "--augment", join(folder, "bad.yaml"));
    expect(code).toBe(1);
    expect(stderr).toContain("bad.yaml: operation 1 (rotate): degrees: must be two numbers");
    expect(options).toBeUndefined();
  });

  it("is on --resume what the run was begun with, even if its file is gone", async () => {
    const folder = await photos();
    const args = ["train", "--out", join(folder, "run"), "--resume", "--data", join(folder, "photos")];
    const { code, stderr } = await callCommand("detect", args);
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
    expect(trained.options[0]?.augmentation).toEqual(PRESETS.strong);
    expect(readFileSync(join(folder, "run/config.json"), "utf8")).toContain("gone.yaml");
  });
});

describe("detect train --batch", () => {
  const train = async (...args: string[]) => {
    const folder = await photos();
    const given = ["--data", join(folder, "photos"), "--out", join(folder, "out"), ...args];
    return callCommand("detect", ["train", ...given]);
  };

  it("auto trains with the number that was found, and says so", async () => {
    const { code, stderr } = await train("--batch", "auto");
    expect(code).toBe(0);
    expect(stderr).toContain("--batch auto: batches of so many");
    expect(trained.options[0]?.batch).toBe(16);
  });

  it("is a number or auto", async () => {
    expect(await train("--batch", "8")).toMatchObject({ code: 0 });
    expect(trained.options[0]?.batch).toBe(8);
    const { code, stderr } = await train("--batch", "most");
    expect(code).toBe(2);
    expect(stderr).toContain("'most' is invalid. It must be a whole number from 1 to 256");
  });
});
