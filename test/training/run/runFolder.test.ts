import { existsSync } from "node:fs";
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { presentFolder, writeFolderAtomic } from "../../../src/base/files.ts";
import type { FitValidation } from "../../../src/training/loop/progress.ts";
import { RunFolder } from "../../../src/training/run/runFolder.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "anchorkit-runs-"));
});
afterEach(() => rm(root, { recursive: true }));

const measured: FitValidation = {
  ...{
    step: 5,
    epoch: 1.25,
    elapsed: 7,
    loss: NaN,
    learningRate: 0.1,
    waiting: 0,
    score: 0.5,
    metrics: { AP: 0.5, "AP cat": NaN },
  },
  best: true,
};

describe("a run folder", () => {
  it("drops the measurements after a checkpoint that a training goes on from, and the oldest checkpoints", async () => {
    const run = new RunFolder(join(root, "run"));
    for (const step of [5, 10, 15]) {
      await mkdir(run.checkpoint(step), { recursive: true });
      await run.appendMetrics({ ...measured, step });
    }
    await run.keepMetrics(10);
    expect((await run.readMetrics()).map(({ step }) => step)).toEqual([5, 10]);
    await mkdir(join(root, "run", "checkpoints", "my notes"));
    await run.keepCheckpoints(2);
    expect((await run.checkpoints()).map(({ step }) => step)).toEqual([10, 15]);
    expect(existsSync(join(root, "run", "checkpoints", "my notes"))).toBe(true);
    await run.writeConfig({});
    expect(RunFolder.of(run.checkpoint(15)).path).toBe(run.path);
  });

  it("keeps its configuration and metrics, and passes over a line that was cut off", async () => {
    const run = new RunFolder(join(root, "run"));
    await run.writeConfig({ data: "/data", seed: 3, budget: { minutes: 2 }, size: 64 });
    expect(await run.readConfig()).toEqual({ data: "/data", seed: 3, budget: { minutes: 2 }, size: 64 });
    await run.keepMetrics(0);
    await run.appendMetrics(measured);
    await appendFile(run.metrics, '{"step": 6, "epo');
    expect(await run.readMetrics()).toMatchObject([{ epoch: 1.25, loss: null, metrics: { AP: 0.5, "AP cat": null } }]);
  });

  it("is found from the weights in it", async () => {
    const run = new RunFolder(join(root, "run"));
    await run.writeConfig({});
    expect(RunFolder.of(run.path).path).toBe(run.path);
    expect(RunFolder.of(join(run.path, "best")).path).toBe(run.path);
    expect(RunFolder.of(join(root, "best")).path).toBe(join(root, "best"));
  });

  it("without a training, or with a damaged configuration, says so by name", async () => {
    const run = new RunFolder(join(root, "run"));
    await expect(run.readConfig()).rejects.toThrow(`${run.path}: holds no training`);
    await mkdir(run.path);
    await writeFile(run.config, '{"budget": {"epochs": 3, "minutes": 2}}');
    await expect(run.readConfig()).rejects.toThrow(/config\.json: budget: /);
  });

  it("is held by one training at a time, and is gone if nothing was written", async () => {
    const run = new RunFolder(join(root, "deep", "run"));
    const release = await run.lock();
    await expect(run.lock()).rejects.toThrow(`${run.path}: another training is writing to it`);
    await release();
    expect(existsSync(run.path)).toBe(false);
    const again = await run.lock();
    await run.keepMetrics(0);
    await again();
    expect(existsSync(run.metrics)).toBe(true);
  });

  it("is put right after a crash: models have their names, and nothing unfinished is left", async () => {
    const run = new RunFolder(join(root, "run"));
    await run.writeConfig({});
    const files = {
      ...{ "best.old/weights.bin": "best", "best.new/weights.bin": "half", "last/weights.bin": "last" },
      ...{ "last/state.bin.12-0123abcd.tmp": "half", "splits.json.12-0123abcd.tmp": "half", "my.tmp": "mine" },
      ...{ "checkpoints/step-000004/weights.bin": "four", "checkpoints/step-000008.new/weights.bin": "half" },
    };
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(run.path, name)), { recursive: true });
      await writeFile(join(run.path, name), text);
    }
    await run.settle();
    const left = await readdir(run.path, { recursive: true });
    expect(left.filter((name) => name.includes(".")).sort()).toEqual([
      ...["best/weights.bin", "checkpoints/step-000004/weights.bin", "config.json", "last/weights.bin", "my.tmp"],
    ]);
    expect(await readFile(join(run.best, "weights.bin"), "utf8")).toBe("best");
  });

  it("may be replaced though a crash has left unfinished files, and is no run while that is half done", async () => {
    const run = new RunFolder(join(root, "run"));
    await run.begin(await run.requireFree({ inputs: [] }));
    await run.writeConfig({});
    await mkdir(join(run.path, "last.new"), { recursive: true });
    await writeFile(join(run.path, "last.new", "weights.bin.12-0123abcd.tmp"), "half");
    await run.begin(await run.requireFree({ inputs: [], overwrite: true }));
    expect(existsSync(run.config)).toBe(false);
    expect(existsSync(join(run.path, "last.new"))).toBe(false);
    expect(() => {
      run.requirePresent();
    }).toThrow(/config\.json: is gone/);
  });

  it("may be begun anew where a crash came in the midst of its first model, but not over a folder of somebody else's", async () => {
    const run = new RunFolder(join(root, "run"));
    const half = join(run.path, "last.new");
    await mkdir(half, { recursive: true });
    await writeFile(join(half, "weights.bin"), "somebody else's");
    await expect(run.requireFree({ inputs: [] })).rejects.toThrow(/last\.new.weights\.bin: is there already/);
    await rm(half, { recursive: true });

    await run.begin(await run.requireFree({ inputs: [] }));
    await run.writeConfig({});
    await mkdir(half, { recursive: true });
    await writeFile(join(half, "weights.bin"), "ours");
    const output = await run.requireFree({ inputs: [] });
    expect(existsSync(join(half, "weights.bin"))).toBe(true);
    await run.begin(output);
    expect(existsSync(half)).toBe(false);
    await mkdir(half, { recursive: true });
    await writeFile(join(half, "notes.txt"), "");
    await expect(run.requireFree({ inputs: [] })).rejects.toThrow(/holds notes\.txt, which is no part of a model/);
  });

  it("that cannot be made is an error by name", async () => {
    await writeFile(join(root, "file"), "");
    await expect(new RunFolder(join(root, "file", "run")).lock()).rejects.toThrow(
      /file.run: a part of this path is a file, not a folder/,
    );
  });
});

describe("a folder that is written as a whole", () => {
  const write = (path: string, text: string): Promise<void> =>
    writeFolderAtomic(path, (beside) => writeFile(join(beside, "a.txt"), text));

  it("is the one before when its writing fails", async () => {
    const path = join(root, "best");
    await write(path, "one");
    const failing = writeFolderAtomic(path, async (beside) => {
      await writeFile(join(beside, "a.txt"), "half");
      throw new Error("no space");
    });
    await expect(failing).rejects.toThrow("no space");
    expect(existsSync(`${path}.new`)).toBe(false);
    await write(path, "two");
    expect(existsSync(`${path}.old`)).toBe(false);
  });

  it("is found beside its place after a crash between the two renames", async () => {
    const path = join(root, "best");
    await write(`${path}.old`, "before the crash");
    expect(presentFolder(path)).toBe(`${path}.old`);
    expect(new RunFolder(root).best).toBe(`${path}.old`);
    await write(path, "after it");
    expect(presentFolder(path)).toBe(path);
    expect(existsSync(`${path}.old`)).toBe(false);
  });
});
