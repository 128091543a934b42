import { appendFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Callback } from "../../../../src/training/callbacks/callback.ts";
import { histogramOf } from "../../../../src/training/callbacks/tensorBoard/histogram.ts";
import { tensorBoard } from "../../../../src/training/callbacks/tensorBoard/tensorBoard.ts";
import type { TrainingView } from "../../../../src/training/callbacks/trainingView.ts";
import { goneOn, progress, validation, viewOf } from "../validations.ts";
import { all, fieldsOf, numberIn, recordsOf, textIn } from "./wireFormat.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "anchorkit-events-"));
});
afterAll(() => rm(folder, { recursive: true }));

const weights = new Map([["conv/kernel", { shape: [4], values: Float32Array.of(-1, 0, 0.5, 2) }]]);
const picture = { name: "found/1 a.jpg", width: 3, height: 2, encoded: Uint8Array.of(1, 2, 3) };
const begun = (changes: Partial<TrainingView> = {}): TrainingView =>
  viewOf({
    config: { lr: 0.01, flip: "both", canvas: { width: 320 }, classes: ["cat"], tensorboard: true },
    weights: () => weights,
    graph: () => Uint8Array.of(10, 0),
    pictures: () => Promise.resolve([picture]),
    ...changes,
  });

async function steps(callback: Callback, from: number, to: number): Promise<void> {
  for (let step = from + 1; step <= to; step++) {
    callback.onStep?.(progress({ step, losses: { loss: step, boxes: 1 }, learningRate: 0.5 }));
  }
  await callback.onValidation?.(
    validation({ step: to, score: 0.25, validationLoss: 3, metrics: { AP50: 0.5, "AP cat": NaN } }),
  );
}

/** What a file tells: for each event its step, and each of its summaries. */
async function eventsIn(file: string) {
  return recordsOf(await readFile(file)).map((record) => {
    const event = fieldsOf(record);
    const values = all(event, 5).flatMap((summary) => all(summary, 1));
    return { event, step: numberIn(event, 2), values, tags: values.map((value) => textIn(value, 1)) };
  });
}

describe("events for TensorBoard", () => {
  it("are records of events with every kind of summary", async () => {
    const file = join(folder, "events.out.tfevents.one");
    const callback = tensorBoard(file);
    await callback.onBegin?.(begun());
    await steps(callback, 0, 25);
    await callback.onEnd?.("finished");
    const events = await eventsIn(file);
    const [first, session, graph, options] = events;
    expect(session?.step).toBe(1);
    expect(first && textIn(first.event, 3)).toBe("brain.Event:2");
    expect(Math.abs((first ? numberIn(first.event, 1) : 0) - Date.now() / 1000)).toBeLessThan(600);
    expect(graph && [...(all(graph.event, 4)[0] ?? [])]).toEqual([10, 0]);
    expect(options?.tags).toEqual(["_hparams_/session_start_info"]);

    const points = events.filter(({ tags }) => tags.includes("train/loss"));
    expect(points.map(({ step }) => step)).toEqual([10, 20]);
    const numbers = points.map(({ values }) =>
      Object.fromEntries(values.map((value) => [textIn(value, 1), numberIn(value, 2)])),
    );
    expect(numbers).toEqual([
      { "train/loss": 5.5, "train/boxes": 1, "train/learningRate": 0.5, "train/samplesPerSecond": 30 },
      { "train/loss": 15.5, "train/boxes": 1, "train/learningRate": 0.5, "train/samplesPerSecond": 30 },
    ]);

    const validations = events.filter(({ tags }) => tags.includes("validation/score"));
    expect(validations.map(({ step, tags }) => [step, ...tags])).toEqual([
      [25, "validation/score", "validation/loss", "validation/AP50"],
    ]);
    const [histogram] = events
      .flatMap(({ values }) => values)
      .filter((value) => textIn(value, 1) === "weights/conv/kernel");
    const histo = histogram && all(histogram, 5)[0];
    expect(histo && [1, 2, 3, 4, 5].map((field) => numberIn(histo, field))).toEqual([-1, 2, 4, 1.5, 5.25]);
    const [drawn] = events.flatMap(({ values }) => values).filter((value) => textIn(value, 1) === "found/1 a.jpg");
    const image = drawn && all(drawn, 4)[0];
    expect(image && [1, 2, 3].map((field) => numberIn(image, field))).toEqual([2, 3, 3]);
    expect(image && [...(all(image, 4)[0] ?? [])]).toEqual([1, 2, 3]);
  });

  it("hold the options, and how the session ended", async () => {
    const file = join(folder, "events.out.tfevents.options");
    const callback = tensorBoard(file);
    await callback.onBegin?.(begun());
    await callback.onEnd?.("failed");
    const values = (await eventsIn(file)).flatMap((event) => event.values);
    const [start, end] = values.map((value) => {
      const plugin = all(all(value, 9)[0] ?? Buffer.alloc(0), 1)[0] ?? Buffer.alloc(0);
      expect(textIn(plugin, 1)).toBe("hparams");
      return all(plugin, 2)[0] ?? Buffer.alloc(0);
    });
    const options = all(all(start ?? Buffer.alloc(0), 3)[0] ?? Buffer.alloc(0), 1).map((entry) => {
      const value = fieldsOf(all(entry, 2)[0] ?? Buffer.alloc(0))[0];
      return [textIn(entry, 1), value?.[0], Buffer.isBuffer(value?.[1]) ? value[1].toString() : value?.[1]];
    });
    expect(options).toEqual([
      ["lr", 2, 0.01],
      ["flip", 3, "both"],
      ["canvas.width", 2, 320],
      ["tensorboard", 4, 1],
    ]);
    expect(numberIn(all(end ?? Buffer.alloc(0), 4)[0] ?? Buffer.alloc(0), 1)).toBe(2); // STATUS_FAILURE
  });

  it("go on in the same file, without the half record that a crash has left, and with the same points", async () => {
    const points = async (file: string) =>
      (await eventsIn(file))
        .filter(({ tags }) => tags.includes("train/loss"))
        .map(({ step, values }) => [step, numberIn(values[0] ?? Buffer.alloc(0), 2)]);
    const [whole, parted] = ["whole", "parted"].map((name) => join(folder, `events.out.tfevents.${name}`)) as [
      string,
      string,
    ];
    const uninterrupted = tensorBoard(whole);
    await uninterrupted.onBegin?.(begun());
    await steps(uninterrupted, 0, 40);

    const first = tensorBoard(parted);
    await first.onBegin?.(begun());
    await steps(first, 0, 13);
    await appendFile(parted, (await readFile(whole)).subarray(0, 20));
    const second = tensorBoard(parted);
    await second.onBegin?.(begun({ step: 13 }));
    goneOn(first, second);
    await steps(second, 13, 40);
    expect(await points(parted)).toEqual(await points(whole));
    const sessions = (await eventsIn(parted)).filter(({ event }) => all(event, 7).length > 0);
    expect(sessions.map(({ step }) => step)).toEqual([1, 14]); // TensorBoard forgets what was written from there on
  });

  it("begin a file anew with each training", async () => {
    const file = join(folder, "events.out.tfevents.again");
    for (let i = 0; i < 2; i++) {
      const callback = tensorBoard(file);
      await callback.onBegin?.(begun());
      await callback.onEnd?.("interrupted");
    }
    expect(await eventsIn(file)).toHaveLength(5);
  });
});

describe("a histogram", () => {
  it("counts every value once, up to the greatest", () => {
    const histogram = histogramOf(Float32Array.from({ length: 61 }, (_, i) => i));
    expect(histogram?.bucket).toEqual([...Array<number>(29).fill(2), 3]);
    expect(histogram?.bucketLimit[0]).toBe(2);
    expect(histogram?.bucketLimit.at(-1)).toBe(60);
  });

  it("has one bucket where all values are alike, and none of no values or of infinite ones", () => {
    expect(histogramOf(Float32Array.of(3, 3))).toMatchObject({ bucketLimit: [3], bucket: [2], num: 2, sum: 6 });
    expect(histogramOf(new Float32Array(0))).toBeUndefined();
    expect(histogramOf(Float32Array.of(1, Infinity))).toBeUndefined();
  });

  it("looks at a part of many values, and keeps their shape", () => {
    const values = Float32Array.from({ length: 300_000 }, (_, i) => i);
    const { bucket = [], num = 0 } = histogramOf(values) ?? {};
    expect(num).toBe(100_000);
    expect(Math.max(...bucket) - Math.min(...bucket)).toBeLessThanOrEqual(2);
  });
});
