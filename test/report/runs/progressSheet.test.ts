import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chooseTiles, exampleTiles } from "../../../src/report/runs/exampleTiles.ts";
import { progressSheet } from "../../../src/report/runs/progressSheet.ts";
import type { ValidationExamples } from "../../../src/training/task.ts";
import { goneOn, validation, viewOf } from "../../training/callbacks/validations.ts";

let folder: string;
const files: string[] = [];
const CLASSES = ["cat", "dog", "owl"];
/** What the images show; the last one nothing. */
const SHOWN = [[0, 0, 0], [0, 1], [1], [2, 0], [0], [1, 1], [0], []];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "anchorkit-progress-"));
  for (const [i] of SHOWN.entries()) {
    const file = join(folder, `${i}.png`);
    const background = { r: 30 * i, g: 100, b: 200 - 20 * i };
    await sharp({ create: { width: 80 + 20 * i, height: 60, channels: 3, background } })
      .png()
      .toFile(file);
    files.push(file);
  }
});
afterAll(() => rm(folder, { recursive: true }));

/** What a detector has found: in every image a box of one class. */
function detected(score: number): ValidationExamples {
  const images = SHOWN.map((classes, i) => ({
    ...{ file: files[i] ?? "", id: i + 1, fileName: `${i}.png`, size: { width: 80 + 20 * i, height: 60 } },
    detections: { boxes: [10, 10, 60, 50], scores: [score], classes: [1] },
    truth: { boxes: classes.flatMap((_, k) => [5 + 10 * k, 5, 40, 40]), classes },
  }));
  return { detected: images } as unknown as ValidationExamples;
}

const view = (examples: () => ValidationExamples) => viewOf({ folder, classes: CLASSES, examples });
const sheet = () => sharp(join(folder, "progress.jpg")).raw().toBuffer({ resolveWithObject: true });
const stepsOf = (state: unknown): number[] => (state as { rows: { step: number }[] }).rows.map(({ step }) => step);
/** The pixels of one row of the sheet. */
const band = ({ data, info }: Awaited<ReturnType<typeof sheet>>, row: number): Buffer =>
  data.subarray(3 * info.width * (8 + 158 * row), 3 * info.width * (158 * (row + 1)));
const apart = (a: Buffer, b: Buffer): number =>
  a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] ?? 0)), 0) / a.length;

describe("the picture of a training's progress", () => {
  it("has a row of labels, then one for each validation, of the same images whatever their order is", async () => {
    let examples = detected(0.1);
    const callback = progressSheet({ key: "AP", name: "AP" });
    await callback.onBegin?.(view(() => examples));
    await callback.onValidation?.(validation({ step: 10, metrics: { AP: 0.1 } }));
    examples = { detected: detected(0.2).detected?.toReversed() ?? [] };
    await callback.onValidation?.(validation({ step: 20, metrics: { AP: 0.2 } }));
    await callback.onEnd?.("finished");
    const drawn = await sheet();
    expect(drawn.info.height).toBe(8 + 3 * 158);
    expect(apart(band(drawn, 1), band(drawn, 2))).toBeLessThan(1); // scores under 0.3 are not drawn: words differ
    expect(apart(band(drawn, 0), band(drawn, 1))).toBeGreaterThan(2);
    examples = detected(0.9);
    await callback.onValidation?.(validation({ step: 30, metrics: { AP: 0.9 } }));
    await callback.onEnd?.("finished");
    const after = await sheet();
    expect(apart(band(after, 2), band(after, 3))).toBeGreaterThan(2);
  });

  it("keeps the first and the newest of many rows, and evenly those between; one that goes on draws the same", async () => {
    const steps = Array.from({ length: 21 }, (_, i) => 10 * (i + 1));
    const begun = progressSheet({ key: "AP", name: "AP" });
    await begun.onBegin?.(view(() => detected(0.5)));
    for (const step of steps.slice(0, 8)) await begun.onValidation?.(validation({ step }));
    const next = progressSheet({ key: "AP", name: "AP" });
    await next.onBegin?.(view(() => detected(0.5)));
    goneOn(begun, next);
    const pictures: Buffer[] = [];
    for (const callback of [begun, next]) {
      for (const step of steps.slice(8)) await callback.onValidation?.(validation({ step }));
      await callback.onEnd?.("finished");
      pictures.push((await sheet()).data);
    }
    const kept = stepsOf(begun.state?.());
    expect(kept).toHaveLength(7);
    expect([kept[0], kept[1], kept.at(-1)]).toEqual([0, 10, 210]);
    const gaps = kept.slice(2).map((step, i) => step - (kept[i + 1] ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(80); // of 200
    expect(pictures[1]?.equals(pictures[0] ?? Buffer.alloc(0))).toBe(true);
  });

  it("is not there for what has no pictures", async () => {
    await rm(join(folder, "progress.jpg"), { force: true });
    const callback = progressSheet({ key: "mase", name: "MASE" });
    await callback.onBegin?.(view(() => ({})));
    await callback.onValidation?.(validation());
    await callback.onEnd?.("finished");
    await expect(sheet()).rejects.toThrow("missing");
  });
});

describe("the images", () => {
  it("show all classes, few objects rather than many, and never nothing", () => {
    const chosen = (count: number): number[] =>
      chooseTiles(exampleTiles(detected(0.5), CLASSES), count).map(({ file }) => files.indexOf(file));
    expect(chosen(2)).toEqual([1, 3]);
    expect(chosen(3)).toEqual([1, 3, 2]);
    expect(chosen(20).toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it("of segmenters have their pixels' classes at the size that is drawn, those of classifiers a line of text", () => {
    const truth = { width: 4, height: 2, data: Uint8Array.of(0, 0, 1, 1, 0, 0, 2, 255) };
    const [file = ""] = files;
    const segmented = [{ file, truth, prediction: { ...truth, data: new Uint8Array(8) } }];
    const classified = [{ file, labels: [2], probabilities: Float32Array.of(0.2, 0.7, 0.1) }];
    const [pixels, words] = exampleTiles({ segmented, classified }, CLASSES);
    expect(pixels?.shows).toEqual([1, 2]);
    const { input, raw } = pixels?.truth({ width: 40, height: 20, scale: 10 }) ?? {};
    expect(raw).toEqual({ width: 40, height: 20, channels: 4 });
    const opacity = (x: number, y: number): number => (input as Buffer)[4 * (40 * y + x) + 3] ?? -1;
    expect([opacity(10, 5), opacity(30, 5) > 100, opacity(25, 15) > 100]).toEqual([0, true, true]);
    const at = { width: 80, height: 60, scale: 1 };
    expect((words?.found(at).input as Buffer).toString()).toContain("dog 0.70");
    expect((words?.truth(at).input as Buffer).toString()).toContain("owl");
  });
});
