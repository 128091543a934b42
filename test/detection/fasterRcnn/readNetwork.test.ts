import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AnchorkitError } from "../../../src/base/errors.ts";
import { Random } from "../../../src/base/random.ts";
import { namedWeights, weightsOf } from "../../../src/core/namedWeights.ts";
import { DEFAULT_SETTINGS, type DetectorDescription } from "../../../src/detection/fasterRcnn/description.ts";
import { buildFasterRcnn, decidedShapes } from "../../../src/detection/fasterRcnn/network.ts";
import { readNetwork } from "../../../src/detection/fasterRcnn/readNetwork.ts";
import { loadEngine } from "../../../src/engine/load.ts";
import { saveModelFolder } from "../../../src/training/run/modelFolder.ts";

const DESCRIPTION: DetectorDescription = {
  format: "anchorkit-detector",
  version: 2,
  model: "faster-rcnn",
  classes: ["cat", "dog", "emu"],
  architecture: { backbone: "small", width: 1, channels: 5, hidden: 6, pooled: 2, classSpecificBoxes: true },
  settings: DEFAULT_SETTINGS,
  preprocessing: { canvas: { width: 96, height: 64 }, resize: "fit", fill: 3, mean: [1, 2, 3], deviation: [4, 5, 6] },
  levels: [
    {
      stride: 8,
      anchors: [
        [10, 20],
        [30, 15],
      ],
    },
  ],
};
const COUNTS = { anchors: 2, classes: 3 };
const SIZES = { levels: DESCRIPTION.levels, classes: 3 };
const FILES = ["model.json", "weights.bin", "detector.json"] as const;

let folder: string;
let saved: string;
let other: string;
beforeAll(async () => {
  await loadEngine({ engine: "cpu" });
  folder = await mkdtemp(join(tmpdir(), "detector-"));
  [saved, other] = [join(folder, "saved"), join(folder, "other")];
  for (const [at, seed] of [
    [saved, 1],
    [other, 2],
  ] as const) {
    await save(at, networkOf(seed), new Map());
  }
});
afterAll(() => rm(folder, { recursive: true }));

function networkOf(seed: number): ReturnType<typeof buildFasterRcnn> {
  return buildFasterRcnn(DESCRIPTION.architecture, SIZES, new Random(seed));
}

function save(
  at: string,
  network: ReturnType<typeof networkOf>,
  averages: ReadonlyMap<tf.Variable, tf.Variable>,
): Promise<void> {
  return saveModelFolder(at, { kind: "detection", description: DESCRIPTION, network: network.model, averages });
}

/** A copy of the saved detector with one file changed. */
async function withFile(name: (typeof FILES)[number], change: (bytes: Buffer) => Uint8Array | string): Promise<string> {
  const copy = join(folder, "copy");
  await mkdir(copy, { recursive: true });
  for (const file of FILES) await copyFile(join(saved, file), join(copy, file));
  await writeFile(join(copy, name), change(await readFile(join(saved, name))));
  return copy;
}

async function errorOf(at: string): Promise<string> {
  const error: unknown = await readNetwork(at).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(AnchorkitError);
  expect((error as Error).message).not.toContain("\n");
  return (error as Error).message;
}

describe("a saved detector", () => {
  it("comes back with its weights and description, and nothing is left when it is disposed of", async () => {
    const before = tf.memory().numTensors;
    const { network, description } = await readNetwork(saved);
    expect(description).toEqual({ ...DESCRIPTION, weights: { sha256: expect.stringMatching(/^\w{64}$/) as string } });
    const [read, original] = [namedWeights(network.model), namedWeights(networkOf(1).model)];
    expect([...read.keys()]).toEqual([...original.keys()]);
    for (const [name, weight] of original) expect(bytesOf(read.get(name)), name).toBe(bytesOf(weight));
    tf.dispose([...original.values(), ...read.values()]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it("is read where files of older versions have no checksum", async () => {
    const copy = await withFile("detector.json", () => JSON.stringify(DESCRIPTION));
    const { network, description } = await readNetwork(copy);
    expect(description.weights).toBeUndefined();
    tf.dispose(weightsOf(network.model, false));
  });

  it("has averages in place of weights, which stay as they are", async () => {
    const network = networkOf(3);
    const bias = namedWeights(network.model).get("neck/bias") as tf.Variable;
    const average = tf.variable(tf.tensor([5, 4, 3, 2, 1]));
    await save(join(folder, "averaged"), network, new Map([[bias, average]]));
    expect([...bias.dataSync()]).toEqual([0, 0, 0, 0, 0]);
    const read = await readNetwork(join(folder, "averaged"));
    expect([...(namedWeights(read.network.model).get("neck/bias")?.dataSync() ?? [])]).toEqual([5, 4, 3, 2, 1]);
    average.dispose();
    for (const made of [network, read.network]) tf.dispose(weightsOf(made.model, false));
  });

  const NOT_THE_FILE =
    "weights.bin: not the file that the description beside it speaks of: damaged, or of another training";
  it.each<[string, (bytes: Buffer) => Uint8Array | Promise<Uint8Array>]>([
    ["all NaN", (bytes) => new Uint8Array(new Float32Array(bytes.length / 4).fill(NaN).buffer)],
    ["all 0xFF", (bytes) => bytes.fill(0xff)],
    ["one bit off", (bytes) => bytes.fill((bytes[1001] ?? 0) ^ 1, 1001, 1002)],
  ])("is refused when its weights are %s", async (_, change) => {
    expect(await errorOf(await withFile("weights.bin", change as never))).toBe(join(folder, "copy", NOT_THE_FILE));
  });

  it("is refused with the weights of another training", async () => {
    const theirs = await readFile(join(other, "weights.bin"));
    expect(await errorOf(await withFile("weights.bin", () => theirs))).toBe(join(folder, "copy", NOT_THE_FILE));
  });

  it("is refused without a checksum too when a weight is NaN, by its name", async () => {
    const copy = await withFile("weights.bin", (bytes) => bytes.fill(0xff));
    await writeFile(join(copy, "detector.json"), JSON.stringify(DESCRIPTION));
    const first = [...namedWeights(networkOf(4).model).keys()][0] ?? "";
    expect(await errorOf(copy)).toMatch(`weights.bin: ${first} holds values that are not finite`);
  });

  it("is refused before anything is built when detector.json is of another network", async () => {
    const before = tf.memory().numTensors;
    const architecture = { ...DESCRIPTION.architecture, hidden: 65_536, pooled: 64 };
    const copy = await withFile("detector.json", () => JSON.stringify({ ...DESCRIPTION, architecture }));
    expect(await errorOf(copy)).toBe(
      `${copy}: its description is of another network than its weights: ` +
        "head_hidden/kernel would have shape [20480, 65536], and has [20, 6]",
    );
    const backbone = { ...DESCRIPTION.architecture, backbone: "mobilenet-v1", width: 0.25 };
    await writeFile(join(copy, "detector.json"), JSON.stringify({ ...DESCRIPTION, architecture: backbone }));
    expect(await errorOf(copy)).toMatch(/^.*copy: the weights do not fit faster_rcnn: .* are not in the file$/);
    expect(tf.memory().numTensors).toBe(before);
  });

  it("gives an AnchorkitError of one line, or is read right, whatever is changed in it", async () => {
    const bytes = new Map<string, Buffer>();
    for (const name of FILES) bytes.set(name, await readFile(join(saved, name)));
    const spoilt = fc.constantFrom(...FILES).chain((name) => {
      const own = bytes.get(name) as Buffer;
      const changes: fc.Arbitrary<Uint8Array | string>[] = [
        fc.uint8Array({ maxLength: 300 }),
        fc.nat(own.length - 1).map((end) => own.subarray(0, end)),
        fc.tuple(fc.nat(own.length - 1), fc.integer({ min: 1, max: 255 })).map(([at, flip]) => flipped(own, at, flip)),
      ];
      if (name !== "weights.bin") {
        const json: unknown = JSON.parse(own.toString());
        changes.push(fc.tuple(fc.nat(), VALUE).map(([at, value]) => JSON.stringify(edited(json, at, value))));
      }
      return fc.tuple(fc.constant(name), fc.oneof(...changes));
    });
    const before = tf.memory().numTensors;
    await fc.assert(
      fc.asyncProperty(spoilt, async ([name, content]) => {
        const copy = await withFile(name, () => content);
        const read = await readNetwork(copy).catch((error: unknown) => error);
        if (read instanceof Error) {
          expect(read).toBeInstanceOf(AnchorkitError);
          expect(read.message).not.toContain("\n");
        } else {
          expect(name).not.toBe("weights.bin");
          tf.dispose(weightsOf((read as Awaited<ReturnType<typeof readNetwork>>).network.model, false));
        }
      }),
      { seed: 11, numRuns: 100 },
    );
    expect(tf.memory().numTensors).toBe(before);
  });
});

it.each([true, false])(
  "decidedShapes are those of the network, with boxes for each class: %s",
  (classSpecificBoxes) => {
    const architecture = { ...DESCRIPTION.architecture, classSpecificBoxes };
    const { model } = buildFasterRcnn(architecture, SIZES, new Random(1));
    const weights = namedWeights(model);
    const shapes = decidedShapes(architecture, COUNTS);
    expect(shapes.size).toBe(5);
    for (const [name, shape] of shapes) expect(weights.get(name)?.shape, name).toEqual(shape);
    model.dispose();
  },
);

/** What an editor or a bug may leave in a JSON file. */
const VALUE = fc.oneof(
  fc.jsonValue({ maxDepth: 1 }),
  fc.constantFrom(0, -1, 0.25, 1e-9, 4, 17, 5000, 65_536, 1e300, "mobilenet-v1", "resnet18", "a\nb", [], {}),
);

function bytesOf(weight: tf.Variable | undefined): string {
  const { buffer, byteOffset, byteLength } = weight?.dataSync() ?? new Float32Array();
  return Buffer.from(buffer, byteOffset, byteLength).toString("base64");
}

function flipped(bytes: Buffer, at: number, flip: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ flip;
  return copy;
}

/** The JSON with one of its values, or of those within it, in place of another. */
function edited(json: unknown, which: number, value: unknown): unknown {
  const copy = structuredClone(json);
  const places: [object, string][] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    for (const [key, child] of Object.entries(node)) {
      places.push([node, key]);
      visit(child);
    }
  };
  visit(copy);
  const [node, key] = places[which % places.length] ?? [{}, ""];
  Object.assign(node, { [key]: value });
  return copy;
}
