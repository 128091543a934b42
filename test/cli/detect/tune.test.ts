import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import sharp from "sharp";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { yamlOf } from "../../../src/base/yaml.ts";
import { ClassifierOptions } from "../../../src/classification/options.ts";
import { CLASSIFIER_PRESETS } from "../../../src/data/augment/presets.ts";
import { openPrograms } from "../../../src/engine/graph/program.ts";
import { loadEngine } from "../../../src/engine/load.ts";
import type * as models from "../../../src/models.ts";
import type { TuneState } from "../../../src/training/tune/tuneFolder.ts";
import { toyTask } from "../../training/toyTask.ts";
import { callCommand } from "../command.ts";

type Train = typeof models.trainModel;
const world = vi.hoisted(() => ({
  abort: new AbortController(),
  /** The trainings that were begun, and the first step of which one is interrupted. */
  trained: [] as { out: string; minutes?: number; resume?: boolean; seed: number; lr?: number }[],
  interruptAt: 0,
  fail: (): void => undefined,
}));

// Real trainings of a small task, which take two epochs each in place of their minutes: no test waits for a clock.
vi.mock("../../../src/models.ts", async (original) => {
  const real = await original<typeof models>();
  const toy: models.ModelFamily = {
    ...{ task: "classification", title: "a toy", batch: 4, presets: CLASSIFIER_PRESETS, options: ClassifierOptions },
    prepare: (_data, _own, { random }) => Promise.resolve(toyTask(random)),
    open: () => Promise.reject(new Error("a toy is not opened")),
    adopt: () => Promise.reject(new Error("a toy is not exported")),
  };
  Object.assign(real.MODELS, { toy });
  const trainModel: Train = (name, dataset, own, { minutes, ...options }, recorded, events) => {
    const isTrial = !options.out.endsWith("start");
    const { out, resume, seed, lr } = options;
    if (isTrial) world.trained.push({ out, seed, ...(minutes && { minutes }), ...(resume && { resume }), ...(lr && { lr }) }); // prettier-ignore
    if (isTrial && world.trained.length === world.interruptAt) {
      const progress = (): void => {
        world.abort.abort();
      };
      events = { ...events, progress };
    }
    world.fail();
    const length = resume || !isTrial ? {} : { epochs: 2 };
    return real.trainModel(name, dataset, own, { ...options, ...length }, recorded, events);
  };
  return { ...real, trainModel };
});
vi.mock("../../../src/cli/interrupt.ts", () => ({ INTERRUPTED: 130, abortOnInterrupt: () => world.abort.signal }));

const native = (await loadEngine()).name === "native";
let folder: string;
let space: string;
let data: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "anchorkit-tune-"));
  [space, data] = [join(folder, "space.yaml"), join(folder, "labels.csv")];
  await writeFile(space, "lr: { from: 1e-4, to: 1e-2, scale: log }\nsize: 64\nbatch: 4\ntensorboard: false\n");
  const rows = ["file,label,split"];
  for (let i = 0; i < 12; i++) {
    const background = i % 2 === 0 ? "#333333" : "#cccccc";
    const image = sharp({ create: { width: 40, height: 30 + i, channels: 3, background } });
    await image.png().toFile(join(folder, `${i}.png`));
    rows.push(`${i}.png,${i % 2 === 0 ? "dark" : "light"},${i < 8 ? "train" : "val"}`);
  }
  await writeFile(data, `${rows.join("\n")}\n`);
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(() => {
  Object.assign(world, { abort: new AbortController(), trained: [], interruptAt: 0, fail: () => undefined });
});

const tune = (...args: string[]) =>
  callCommand("detect", ["tune", "--space", space, "--data", data, "--model", "toy", "--minutes", "60", ...args]);
const stateIn = async (out: string): Promise<TuneState> =>
  JSON.parse(await readFile(join(out, "tune.json"), "utf8")) as TuneState;

describe.runIf(native)("detect tune", () => {
  it("is interrupted, goes on, and ends with tables, a config file, a page and runs", async () => {
    const out = join(folder, "search");
    const started = performance.now();
    world.interruptAt = 2;
    const first = await tune("--out", out, "--shortest", "9");
    expect([first.code, first.stderr]).toEqual([130, expect.stringContaining("about 5 trainings: 3 of ")]);
    expect(first.stdout).toContain(`continue with: detect tune --out ${out} --resume\n`);
    expect((await stateIn(out)).trials.map(({ outcome }) => typeof outcome?.score)).toEqual(["number", "undefined"]);
    const tensors = tf.memory().numTensors;

    Object.assign(world, { abort: new AbortController(), interruptAt: 0 });
    const refused = await callCommand("detect", ["tune", "--out", out, "--resume", "--minutes", "9"]);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("--minutes cannot change")]);
    const begun = world.trained.splice(0);
    const rest = await callCommand("detect", ["tune", "--out", out, "--resume"]);
    expect([rest.code, rest.stderr]).toEqual([0, expect.stringContaining("training 005")]);
    expect([openPrograms(), tf.memory().numTensors]).toEqual([0, tensors]);
    const trial = (number: number): string => join(out, "trials", `00${number}`);
    expect(world.trained).toMatchObject([
      { out: trial(2), resume: true },
      ...[3, 4, 5].map((number) => ({ out: trial(number), minutes: begun[0]?.minutes })),
    ]);
    expect(begun[0]?.minutes).toBeGreaterThanOrEqual(9);
    const { trials, space: searched, spent } = await stateIn(out);
    expect(spent).toBeLessThanOrEqual((performance.now() - started) / 1000);
    expect(trials.reduce((sum, { took }) => sum + took, 0)).toBeLessThan(spent);
    expect(trials.map(({ seed, again }) => `${seed} ${again}`)).toEqual([
      "1 false",
      "1 false",
      "1 false",
      "2 true",
      "2 true",
    ]);
    expect(Object.keys(searched)).toEqual(["lr", "size", "batch", "tensorboard"]);

    expect(rest.stdout).toMatch(/^training +lr +\d+m\d+s +other seed$/m);
    expect(rest.stdout.match(/^00\d 00[45] +0\.0\d+ +[01]\.\d{3} +[01]\.\d{3}$/gm)).toHaveLength(2);
    expect(rest.stdout).toMatch(/^00\d is better than 00\d|^no difference that two seeds could show: /m);
    expect(await readFile(join(out, "tune.html"), "utf8")).toContain("is the best of 5 runs");
    const listed = await callCommand("detect", ["runs", out]);
    expect(listed.stdout.match(/^trials\/00\d .* finished$/gm)).toHaveLength(5);

    const config = yamlOf(await readFile(join(out, "best.yaml"), "utf8"), "best.yaml") as Record<string, unknown>;
    expect(config).toMatchObject({ model: "toy", data, seed: 1, size: 64, batch: 4, tensorboard: false });
    const last = join(folder, "last");
    const args = ["train", "--config", join(out, "best.yaml"), "--epochs", "1", "--out", last];
    expect((await callCommand("detect", args)).code).toBe(0);
    expect(world.trained.at(-1)).toMatchObject({ out: last, lr: config.lr, seed: 1 });

    const again = await tune("--out", out);
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining("holds a search already")]);
    const json = await callCommand("detect", ["tune", "--out", out, "--resume", "--json"]);
    expect(JSON.parse(json.stdout)).toMatchObject({
      ...{ out, config: join(out, "best.yaml"), options: config, trials: { length: 5 }, finalists: { length: 2 } },
      ...{ verdict: expect.stringMatching(/better|same/) as string, ranking: { length: 3 } },
    });
  });

  it("names a training that fails and goes on without it; where all fail it says why", async () => {
    const out = join(folder, "failing");
    let count = 0;
    world.fail = () => {
      if (++count === 3) throw new Error("the loss became NaN");
    };
    const some = await tune("--out", out, "--shortest", "9", "--seed", "4");
    expect(some.code).toBe(0);
    expect(some.stdout).toContain("\ntraining 002 failed: the loss became NaN\n");
    world.fail = () => {
      if (++count > 1) throw new Error("the loss became NaN");
    };
    count = 0;
    const all = await tune("--out", join(folder, "none"), "--shortest", "9");
    expect([all.code, all.stderr]).toEqual([1, expect.stringContaining("none of 3 trainings came to a score; the first: the loss became NaN")]); // prettier-ignore
    world.fail = () => {
      throw new Error("no memory");
    };
    const never = await tune("--out", join(folder, "never"), "--shortest", "9");
    expect([never.code, never.stderr]).toEqual([1, expect.stringContaining("error: no memory\n")]);
    expect(existsSync(join(folder, "never"))).toBe(false);
  });

  it("takes the place of an earlier search only where told, and leaves a JSON document where it is stopped", async () => {
    const out = join(folder, "again");
    world.interruptAt = 1;
    const first = await tune("--out", out, "--shortest", "9", "--json");
    expect(JSON.parse(first.stdout)).toMatchObject({
      out,
      finished: false,
      resume: `detect tune --out ${out} --resume`,
    });
    await writeFile(join(out, "trials", "old"), "");
    Object.assign(world, { abort: new AbortController(), trained: [], interruptAt: 1 });
    expect((await tune("--out", out, "--shortest", "9", "--seed", "2")).stderr).toContain("holds a search already");
    const second = await tune("--out", out, "--shortest", "9", "--seed", "2", "--overwrite");
    expect([second.code, (await stateIn(out)).seed, existsSync(join(out, "trials", "old"))]).toEqual([130, 2, false]);
  });

  it("says how many minutes it takes where they are too few", async () => {
    const { code, stderr } = await tune("--out", join(folder, "short"), "--minutes", "1");
    expect([code, stderr]).toEqual([1, expect.stringMatching(/1 minute is too little .* take 1\.\d+ minutes/)]);
    expect([world.trained, existsSync(join(folder, "short"))]).toEqual([[], false]);
  });
});
