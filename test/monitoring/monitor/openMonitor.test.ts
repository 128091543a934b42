import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { decodeImage } from "../../../src/data/images/images.ts";
import {
  type Monitor,
  type MonitoredModel,
  type MonitorOptions,
  type Observed,
  openMonitor,
} from "../../../src/monitoring/monitor/openMonitor.ts";
import { MonitorFolder, type MonitorRecord } from "../../../src/monitoring/monitor/monitorFolder.ts";
import { monitorAt, readMonitor } from "../../../src/monitoring/monitor/readMonitor.ts";
import type { WatchedModel } from "../../../src/monitoring/profileFiles.ts";

const sha256 = "a".repeat(64);
const model: MonitoredModel = { kind: "detection", description: { classes: ["cell"], weights: { sha256 } } };
const HOUR = 3_600_000;

let folder: string;
let clock: number;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "anchorkit-monitor-")), "kept");
  clock = Date.parse("2026-03-01T10:00:00Z");
});
afterEach(() => rm(join(folder, ".."), { recursive: true }));

const open = (options: MonitorOptions = {}, of = model) =>
  openMonitor(folder, of, { random: new Random(1), now: () => clock, ...options });

/** A picture as a camera writes it, with a place and a date in it. */
async function observed(level: number): Promise<Observed> {
  const encoded = await sharp({
    create: { width: 60, height: 40, channels: 3, background: { r: level, g: level, b: 9 } },
  })
    .withExif({ IFD0: { Artist: "Jane Doe", DateTime: "2026:03:01 10:00:00" } })
    .jpeg()
    .toBuffer();
  const image = await decodeImage(encoded, { size: { width: 30, height: 20 } });
  const detections = { boxes: [0, 0, 30, 20], scores: [0.9], classes: [0] };
  return { encoded, image, answer: { kind: "detection", detections } };
}

/** Lets what waits be written: one input after the other, as they come in a server that is not busy. */
async function feed(monitor: Monitor, levels: readonly number[]): Promise<void> {
  for (const level of levels) {
    monitor.observe(await observed(level));
    await monitor.flush();
  }
}

async function records(): Promise<MonitorRecord[]> {
  const kept = new MonitorFolder(folder);
  const all: MonitorRecord[] = [];
  for (const name of await kept.recordNames()) all.push(...(await kept.readRecords(name)).records);
  return all;
}

const images = () => readdir(join(folder, "images")).catch(() => []);

/** What reads a monitor: a model that has these weights, and embeds nothing. */
const reading = (weights = sha256) =>
  ({
    description: { weights: { sha256: weights } },
    async *embedFiles(files: readonly string[]) {
      for (const file of files) yield await Promise.resolve({ file, embedding: Float32Array.from([1, 2]) });
    },
  }) as unknown as WatchedModel;

describe("openMonitor", () => {
  it("keeps the numbers of an input, and the pixels that the model saw, without a loss", async () => {
    const monitor = await open();
    await feed(monitor, [100]);
    await monitor.close();
    const [record] = await records();
    const { encoded = new Uint8Array(), image } = await observed(100);
    const hash = createHash("sha256").update(encoded).digest("hex");
    expect(record).toMatchObject({
      ...{
        id: "2026-03-01T10/aaaaaaaa/0",
        time: "2026-03-01T10:00:00.000Z",
        sha256: hash,
        image: `${hash.slice(0, 16)}.png`,
      },
      ...{ width: 60, height: 40, amount: 1, classes: [0], scores: [0.9], sizes: [0.5] },
    });
    expect(record?.brightness).toBeCloseTo(0.886 * 100 + 0.114 * 9, -1);
    const kept = await decodeImage(join(folder, "images", record?.image ?? ""));
    expect(Buffer.from(kept.data).equals(image.data)).toBe(true);
    expect(JSON.parse(await readFile(join(folder, "monitor.json"), "utf8"))).toMatchObject({
      images: "small",
      days: 30,
    });
  });

  it("keeps numbers alone, or files as they came without what cameras write into them", async () => {
    const none = await open({ images: "none" });
    await feed(none, [50]);
    await none.close();
    expect([await images(), (await records()).length]).toEqual([[], 1]);
    const original = await open({ images: "original" });
    await feed(original, [60]);
    await original.close();
    const [name = ""] = await images();
    const bytes = await readFile(join(folder, "images", name));
    const { encoded = new Uint8Array() } = await observed(60);
    expect(Buffer.from(encoded).includes("Jane Doe")).toBe(true);
    expect(bytes.includes("Jane Doe")).toBe(false);
    expect((await sharp(bytes).metadata()).exif).toBeUndefined();
    const pixels = async (file: Uint8Array) => (await decodeImage(file)).data;
    expect(Buffer.from(await pixels(bytes)).equals(await pixels(encoded))).toBe(true);
  });

  it("keeps so many of an hour, drawn from all of it, and one of inputs that are the same", async () => {
    const monitor = await open({ perHour: 3 });
    await feed(monitor, [10, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
    clock += HOUR;
    await feed(monitor, [200]);
    await monitor.close();
    const { profiles } = await readMonitor(folder, reading(), 100);
    expect(profiles).toHaveLength(4);
    expect(profiles.filter(({ brightness }) => brightness < 150).some(({ brightness }) => brightness > 35)).toBe(true);
    expect((await images()).length).toBe(4);
    expect(profiles.every(({ embedding, file }) => embedding !== undefined && file !== undefined)).toBe(true);
  });

  it("removes what is too old, too many, or too large", async () => {
    const monitor = await open({ most: 2, days: 1 });
    await feed(monitor, [10, 20, 30]);
    expect((await images()).length).toBe(2);
    clock += 23 * HOUR;
    await feed(monitor, [40]);
    expect((await readMonitor(folder, reading(), 9)).profiles).toHaveLength(2);
    clock += 2 * HOUR;
    await feed(monitor, [50]);
    await monitor.close();
    expect((await images()).length).toBe(2); // 40 and 50
    clock += 30 * HOUR;
    await (await open({ days: 1 })).close();
    expect(await images()).toEqual([]);
    await expect(readMonitor(folder, reading(), 9)).rejects.toThrow(/nothing is kept here of these weights/);
    expect((await new MonitorFolder(folder).recordNames()).length).toBe(1); // the one that has just begun
    const tight = await open({ mostBytes: 400 });
    await feed(tight, [10, 20, 30, 40, 50, 60]);
    await tight.close();
    const sizes = await Promise.all(
      (await images()).map(async (name) => (await stat(join(folder, "images", name))).size),
    );
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(400);
  });

  it("goes on after a crash: a line that is cut off is counted, an image without a record goes", async () => {
    const monitor = await open();
    await feed(monitor, [10, 20]);
    await monitor.close();
    const [name = ""] = await new MonitorFolder(folder).recordNames();
    await appendFile(join(folder, name), '{"id":"2026-03-01T10/2","time":"2026-0');
    await writeFile(join(folder, "images", `${"f".repeat(16)}.png`), "half");
    clock += 1000;
    const again = await open();
    await feed(again, [30]);
    await again.close();
    const { profiles, warnings } = await readMonitor(folder, reading(), 100);
    expect(profiles.length).toBe(2); // the hour's first place was taken anew
    expect(warnings).toEqual([`${folder}: 1 line cut off or damaged, left out`]);
    expect(await images()).not.toContain(`${"f".repeat(16)}.png`);
  });

  it("keeps other processes and other weights apart", async () => {
    const monitor = await open();
    await expect(open()).rejects.toThrow(/another server is writing to it/);
    await feed(monitor, [10]);
    await monitor.close();
    clock += HOUR;
    const other = { ...model, description: { classes: ["cell"], weights: { sha256: "b".repeat(64) } } };
    const second = await open({}, other);
    await feed(second, [20]);
    await second.close();
    const { profiles, warnings } = await readMonitor(folder, reading(), 100);
    expect([profiles.length, warnings]).toEqual([1, [`${folder}: 1 record of other weights, left out`]]);
  });

  it("says once what it cannot keep, and never throws at the server", async () => {
    const problems: string[] = [];
    const monitor = await open({ onProblem: (message) => problems.push(message) });
    await rm(join(folder, "images"), { recursive: true, force: true });
    await writeFile(join(folder, "images"), "a file in the way");
    await feed(monitor, [10, 20]);
    monitor.observe({ ...(await observed(30)), answer: { kind: "reading", text: "", confidence: 1 } });
    await monitor.close();
    expect(problems).toHaveLength(2);
    expect(problems[0]).toContain("an input could not be kept");
    expect(problems[1]).toContain("an answer could not be read: is for reading, and the model for detection");
  });

  it("leaves out what comes faster than it can be written, and refuses limits that make no sense", async () => {
    const monitor = await open();
    const all = await Promise.all(Array.from({ length: 30 }, (_, i) => observed(8 * i)));
    for (const one of all) monitor.observe(one);
    await monitor.close();
    expect((await records()).length).toBe(8);
    await expect(open({ perHour: 0 })).rejects.toThrow("perHour must be above 0, got 0");
  });

  it("is found in the folder of a server, where it is the only one", async () => {
    await (await open()).close();
    await mkdir(join(folder, "..", "else"));
    expect(await monitorAt(folder)).toBe(folder);
    expect(await monitorAt(join(folder, ".."))).toBe(folder);
    expect(await monitorAt(join(folder, "..", "else"))).toBeUndefined();
    await (await openMonitor(join(folder, "..", "other"), model)).close();
    await expect(monitorAt(join(folder, ".."))).rejects.toThrow(/several models were asked: take one of .*kept/);
  });
});
