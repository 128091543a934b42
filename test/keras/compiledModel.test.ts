import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Random } from "../../src/base/random.ts";
import { weightsOf } from "../../src/core/namedWeights.ts";
import { imageDatasetFromDirectory } from "../../src/data/directories/imageDataset.ts";
import { openPrograms } from "../../src/engine/graph/program.ts";
import { loadEngine } from "../../src/engine/load.ts";
import { compile, type CompileOptions, layers, loadModel, sequential, withSeed } from "../../src/keras/index.ts";
import { earlyStopping } from "../../src/training/callbacks/earlyStopping.ts";
import { modelCheckpoint } from "../../src/training/callbacks/modelCheckpoint.ts";
import { reduceOnPlateau } from "../../src/training/callbacks/reduceOnPlateau.ts";
import { meanSquaredError } from "../../src/training/losses/index.ts";
import { sgd } from "../../src/training/optimizers/sgd.ts";

const folder = await mkdtemp(join(tmpdir(), "anchorkit-keras-"));
const random = new Random(3);
const x = Array.from({ length: 26 }, () => [random.normal(), random.normal(), random.normal()]);
const y = x.map(([a = 0, b = 0]) => (a > b ? 1 : 0));
let tensors = 0;

beforeAll(async () => {
  await loadEngine();
});
beforeEach(() => {
  tensors = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors).toBe(tensors);
  expect(openPrograms()).toBe(0);
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const CLASSES: CompileOptions = { optimizer: "adam", loss: "sparse_categorical_crossentropy", metrics: ["accuracy"] };

/** A small network of known weights, with a layer that draws and one that keeps statistics. */
function network({ rate = 0, frozen = false } = {}): tf.Sequential {
  const drawn = (seed: number) => tf.initializers.glorotUniform({ seed });
  return sequential([
    layers.dense({ inputShape: [3], units: 6, kernelInitializer: drawn(1), trainable: !frozen }),
    layers.batchNormalization({ momentum: 0.8, trainable: !frozen }),
    layers.reLU(),
    layers.dropout({ rate }),
    layers.dense({ units: 2, activation: "softmax", kernelInitializer: drawn(2) }),
  ]);
}

async function using<T>(
  model: tf.LayersModel,
  options: CompileOptions,
  run: (m: Awaited<ReturnType<typeof compile>>) => Promise<T>,
): Promise<T> {
  const compiled = await compile(model, options);
  try {
    return await run(compiled);
  } finally {
    compiled.dispose();
    model.dispose();
  }
}

function valuesOf(model: tf.LayersModel): number[] {
  return weightsOf(model, false).flatMap((weight) => [...weight.dataSync()]);
}

describe("fit", () => {
  it("gives the same weights with the same seed, and others with another: order and Dropout are drawn from it", async () => {
    const trained = (seed: number) =>
      using(network({ rate: 0.3 }), CLASSES, async (compiled) => {
        await compiled.fit(x, y, { epochs: 2, batchSize: 8, seed });
        return valuesOf(compiled.model);
      });
    const first = await trained(1);
    expect(await trained(1)).toEqual(first);
    expect(await trained(2)).not.toEqual(first);
  });

  it("leaves frozen layers and their statistics as they are", async () => {
    await using(network({ frozen: true }), CLASSES, async (compiled) => {
      const frozen = compiled.model.layers.slice(0, 2).flatMap((layer) => layer.getWeights());
      const before = frozen.map((weight) => [...weight.dataSync()]);
      const head = [...(compiled.model.layers.at(-1)?.getWeights()[0]?.dataSync() ?? [])];
      await compiled.fit(x, y, { epochs: 2 });
      const after = compiled.model.layers.slice(0, 2).flatMap((layer) => layer.getWeights());
      expect(after.map((weight) => [...weight.dataSync()])).toEqual(before);
      expect([...(compiled.model.layers.at(-1)?.getWeights()[0]?.dataSync() ?? [])]).not.toEqual(head);
    });
  });

  it("goes on from weights that were assigned in between", async () => {
    await using(network(), CLASSES, async (compiled) => {
      const [first] = weightsOf(compiled.model, false);
      await compiled.fit(x, y, { epochs: 1 });
      const kernel = tf.fill([3, 6], 0.25);
      first?.assign(kernel);
      await compiled.evaluate(x, y);
      compiled.pull();
      expect([...(first?.dataSync() ?? [])]).toEqual(Array<number>(18).fill(0.25));
      kernel.dispose();
    });
  });

  it("stops early, ends with the best epoch's weights, and keeps models that can be loaded", async () => {
    const out = join(folder, "run");
    await using(network(), { ...CLASSES, optimizer: sgd({ learningRate: 3 }) }, async (compiled) => {
      const {
        epoch,
        history,
        best = -1,
        stopped,
      } = await compiled.fit(x, y, {
        ...{ epochs: 30, batchSize: 8, validationSplit: 0.3, restoreBest: true, out },
        callbacks: [
          earlyStopping({ patience: 2, monitor: "val_loss" }),
          modelCheckpoint({ every: { epochs: 1 }, keep: 2 }),
        ],
      });
      const losses = history.val_loss ?? [];
      expect(epoch.length).toBeLessThan(30);
      expect(stopped).toMatch(/no better/);
      expect(losses[best]).toBe(Math.min(...losses));
      expect(best).toBe(epoch.length - 3);
      const held = [x.slice(18), y.slice(18)] as const;
      expect((await compiled.evaluate(...held)).loss).toBeCloseTo(losses[best] ?? NaN, 5);
      expect(await readdir(join(out, "checkpoints"))).toHaveLength(2);
      const loaded = await loadModel(out);
      expect(valuesOf(loaded)).toEqual(valuesOf(compiled.model));
      loaded.dispose();
      const last = await loadModel(join(out, "last"));
      expect(valuesOf(last)).not.toEqual(valuesOf(compiled.model));
      last.dispose();
      await expect(compiled.fit(x, y, { out })).rejects.toThrow(/holds a training already/);
      await compiled.fit(x, y, { out, overwrite: true });
    });
  });

  it("lowers the learning rate where a callback wants it", async () => {
    await using(network(), { ...CLASSES, optimizer: sgd({ learningRate: 1e-9 }) }, async (compiled) => {
      const callbacks = [reduceOnPlateau({ patience: 1, factor: 0.5, monitor: "val_loss", minDelta: 0.01 })];
      const { history } = await compiled.fit(x, y, { epochs: 3, validationData: [x, y], callbacks });
      const rates = (history.learning_rate ?? []).map((rate) => rate / 1e-9);
      expect(rates).toEqual([1, 1, 0.5].map((rate) => expect.closeTo(rate, 6) as number));
    });
  });

  it("takes batches from generators, and goes on with them where the number of steps is told", async () => {
    const seen: number[] = [];
    function* batches(): Generator<[tf.Tensor, tf.Tensor]> {
      for (let i = 0; i < 26; i += 8) {
        seen.push(i);
        yield [tf.tensor(x.slice(i, i + 8)), tf.tensor(y.slice(i, i + 8))];
      }
    }
    await using(network(), CLASSES, async (compiled) => {
      await compiled.fit(batches, { epochs: 2 });
      expect(seen).toEqual([0, 8, 16, 24, 0, 8, 16, 24]);
      seen.length = 0;
      await compiled.fit(batches, { epochs: 2, stepsPerEpoch: 3 });
      expect(seen).toEqual([0, 8, 16, 24, 0, 8]);
      expect(compiled.iterations).toBe(14);
      await expect(compiled.fit(batches(), { epochs: 2 })).rejects.toThrow(/give a function that makes one/);
    });
  });

  it("takes tf.data, and gives what it gives for the samples as a whole", async () => {
    const whole = await using(network(), CLASSES, async (compiled) => {
      await compiled.fit(x, y, { epochs: 2, batchSize: 8, shuffle: false });
      return valuesOf(compiled.model);
    });
    const pairs = tf.data.zip({ xs: tf.data.array(x), ys: tf.data.array(y) }).batch(8);
    const streamed = await using(network(), CLASSES, async (compiled) => {
      await compiled.fit(pairs, { epochs: 2 });
      return valuesOf(compiled.model);
    });
    expect(streamed).toEqual(whole);
  });

  it("takes a folder of images with a subfolder for each class", async () => {
    const images = join(folder, "images");
    for (const [name, level] of [
      ["dark", 30],
      ["light", 220],
    ] as const) {
      await mkdir(join(images, name), { recursive: true });
      for (let i = 0; i < 5; i++) {
        const background = { r: level + i, g: level, b: level - i };
        const bytes = await sharp({ create: { width: 9, height: 7, channels: 3, background } })
          .png()
          .toBuffer();
        await writeFile(join(images, name, `${i}.png`), bytes);
      }
    }
    const dataset = await imageDatasetFromDirectory(images, {
      imageSize: [4, 4],
      batchSize: 4,
      labelMode: "categorical",
      seed: 3,
    });
    const model = sequential([
      layers.rescaling({ inputShape: [4, 4, 3], scale: 1 / 127.5, offset: -1 }),
      layers.flatten(),
      layers.dense({ units: 2, activation: "softmax", kernelInitializer: tf.initializers.zeros() }),
    ]);
    const options = { ...CLASSES, optimizer: sgd({ learningRate: 0.1 }), loss: "categorical_crossentropy" } as const;
    await using(model, options, async (compiled) => {
      await compiled.fit(dataset, { epochs: 3 });
      expect((await compiled.evaluate(dataset)).accuracy).toBe(1);
      const said = (await compiled.predict(dataset)) as tf.Tensor;
      expect(said.shape).toEqual([10, 2]);
      said.dispose();
    });
  });

  it("ends where the signal says so, and where the loss is no number", async () => {
    await using(network(), CLASSES, async (compiled) => {
      const stopping = new AbortController();
      const stopper = {
        name: "stopper",
        onStep: ({ step }: { step: number }) => (step === 3 ? (stopping.abort(), undefined) : undefined),
      };
      await compiled.fit(x, y, { epochs: 5, batchSize: 8, signal: stopping.signal, callbacks: [stopper] });
      expect(compiled.iterations).toBe(3);
      const broken = x.map((row) => row.map(() => NaN));
      await expect(compiled.fit(broken, y, { batchSize: 8 })).rejects.toThrow(
        /step 4: the loss "loss" became NaN on batch 1 of epoch 1/,
      );
    });
  });
});

describe("withSeed", () => {
  it("draws the same first weights again, and others with another seed; then Math.random is as it was", () => {
    const random = Math.random;
    const drawn = (value: number): number[] => {
      const model = withSeed(value, () =>
        sequential([layers.dense({ inputShape: [3], units: 4 }), layers.dense({ units: 2 })]),
      );
      const values = valuesOf(model);
      model.dispose();
      return values;
    };
    const first = drawn(1);
    expect(drawn(1)).toEqual(first);
    expect(drawn(2)).not.toEqual(first);
    expect(new Set(first.filter((weight) => weight !== 0)).size).toBe(12 + 8);
    expect(Math.random).toBe(random);
    expect(() => withSeed(1, () => { throw new Error("no"); })).toThrow("no"); // prettier-ignore
    expect(Math.random).toBe(random);
  });
});

describe("compile", () => {
  it("refuses what it cannot compile, by name", async () => {
    const model = sequential([
      tf.layers.dense({ inputShape: [3], units: 2 }),
      tf.layers.dropout({ rate: 0.5, name: "drop" }),
    ]);
    await expect(compile(model, CLASSES)).rejects.toThrow("the layer drop is tfjs's own Dropout");
    await expect(compile(network(), { ...CLASSES, optimizer: "adm" })).rejects.toThrow('did you mean "adam"?');
    await expect(compile(network(), { ...CLASSES, loss: { out: "mse" } })).rejects.toThrow(
      /no output "out"; it has dense/,
    );
    await expect(compile(network(), { ...CLASSES, los: "mse" } as never)).rejects.toThrow(/unknown option los/);
    tf.disposeVariables();
    tensors = tf.memory().numTensors;
  });

  it("says what does not fit the model", async () => {
    await using(network(), CLASSES, async (compiled) => {
      await expect(compiled.fit([[1, 2]], [1])).rejects.toThrow(
        "x: has shape [1, 2], and the model takes [samples, 3]",
      );
      await expect(compiled.fit(x, [1, 0])).rejects.toThrow("y: 2 samples, and x has 26");
      await expect(compiled.fit({ dense: x }, y)).rejects.toThrow(/x: the model has none named "dense"; it has/);
      await expect(compiled.fit(x, y, { epoch: 3 } as never)).rejects.toThrow("did you mean epochs?");
      await expect(compiled.fit(x, y, { epochs: 0 })).rejects.toThrow(
        "epochs must be a whole number of at least 1, got 0",
      );
      await expect(compiled.fit(x, y, { validationSplit: 1 })).rejects.toThrow(
        /validationSplit: must be between 0 and 1/,
      );
      await expect(compiled.fit(x, y, { callbacks: [modelCheckpoint({ every: { epochs: 1 } })] })).rejects.toThrow(
        "say where with the option out",
      );
    });
  });

  it("takes a loss and a metric of one's own", async () => {
    const model = sequential([layers.dense({ inputShape: [3], units: 1, kernelInitializer: tf.initializers.zeros() })]);
    const far = (target: tf.Tensor, prediction: tf.Tensor) =>
      prediction.sub(target.reshape(prediction.shape)).abs().greater(0.5).toFloat();
    await using(model, { optimizer: "sgd", loss: meanSquaredError(), metrics: [far] }, async (compiled) => {
      const targets = x.map((_, i) => (i < 13 ? 0 : 1));
      expect(await compiled.evaluate(x, targets)).toEqual({ loss: 0.5, far: 0.5 });
      expect(compiled.summary()).toMatch(/Total params: 4/);
    });
  });
});
