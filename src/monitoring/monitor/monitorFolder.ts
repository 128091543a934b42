import { existsSync } from "node:fs";
import { appendFile, readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { writeFileAtomic } from "../../base/files.ts";
import { systemErrorAt } from "../../base/systemErrors.ts";
import { readJsonWithin } from "../../core/boundedFiles.ts";
import { byName } from "../../data/files.ts";
import { ProfileNumbers } from "../profile.ts";
import { IMAGE_FORMS } from "./imageForms.ts";

/** monitor.json: what the folder is, and what is kept in it for how long; for people who find it, too. */
export const MonitorSettings = z.object({
  format: z.literal("anchorkit-monitor"),
  version: z.literal(1),
  images: z.enum(IMAGE_FORMS),
  /** Inputs that are kept of an hour at most, and in all. */
  perHour: z.number(),
  most: z.number(),
  /** Days after which an input is removed. */
  days: z.number(),
  /** Bytes of images and of numbers, each, at most. */
  mostBytes: z.number(),
});
export type MonitorSettings = z.infer<typeof MonitorSettings>;

/** The first line of a file of records. */
const Head = z.object({ weights: z.string() });

/** An input that was kept. A later record with the same id stands in its place. */
export const MonitorRecord = ProfileNumbers.extend({
  /** The hour, the beginning of the SHA-256 of the weights, and the place among what is kept of the hour. */
  id: z.string(),
  time: z.iso.datetime(),
  /** Of the file as it came: the same input has the same. */
  sha256: z.string(),
  /** The name of the image in images/. */
  image: z
    .string()
    .regex(/^[0-9a-f]{16}\.(?:jpg|png)$/)
    .optional(),
});
export type MonitorRecord = z.infer<typeof MonitorRecord>;

/** A file of records: the weights that they are of, and those of its lines that are whole. */
export interface RecordFile {
  name: string;
  bytes: number;
  weights: string;
  records: MonitorRecord[];
  /** Lines that a crash has cut off, or that are damaged. */
  damaged: number;
}

const SETTINGS = "monitor.json";

/** The one place that knows the names and forms of the files in a monitor's folder. */
export class MonitorFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  get exists(): boolean {
    return existsSync(join(this.path, SETTINGS));
  }

  image(name: string): string {
    return join(this.path, "images", name);
  }

  writeSettings(settings: MonitorSettings): Promise<void> {
    return writeFileAtomic(join(this.path, SETTINGS), `${JSON.stringify(settings, undefined, 2)}\n`);
  }

  readSettings(): Promise<MonitorSettings> {
    return readJsonWithin(join(this.path, SETTINGS), 65_536, MonitorSettings);
  }

  /** Begins a file of records, named for the time: those of before stay as they are, even if their last line is cut off. */
  async beginRecords(time: Date, weights: string): Promise<string> {
    const stamp = time.toISOString().replaceAll(/[-:]/g, "").replace(".", "-");
    let name = `records-${stamp}.jsonl`;
    for (let n = 2; existsSync(join(this.path, name)); n++) name = `records-${stamp}-${n}.jsonl`;
    await writeFileAtomic(join(this.path, name), `${JSON.stringify({ weights })}\n`);
    return name;
  }

  /** Adds a line, and answers its bytes. */
  async append(name: string, record: MonitorRecord): Promise<number> {
    const line = `${JSON.stringify(record)}\n`;
    const path = join(this.path, name);
    await appendFile(path, line).catch((error: unknown) => {
      throw systemErrorAt(error, path);
    });
    return Buffer.byteLength(line);
  }

  /** The names of the files of records, the oldest first. */
  async recordNames(): Promise<string[]> {
    const names = await readdir(this.path).catch(() => []);
    return names.filter((name) => /^records-[\dTZ-]+\.jsonl$/.test(name)).sort(byName);
  }

  async readRecords(name: string): Promise<RecordFile> {
    const text = await readFile(join(this.path, name), "utf8");
    const [first = "", ...lines] = text.split("\n").filter((line) => line !== "");
    const head = Head.safeParse(parsed(first));
    const records = lines.map((line) => MonitorRecord.safeParse(parsed(line)));
    return {
      ...{ name, bytes: Buffer.byteLength(text), weights: head.success ? head.data.weights : "" },
      records: records.flatMap((one) => (one.success ? [one.data] : [])),
      damaged: records.filter((one) => !one.success).length + (head.success ? 0 : 1),
    };
  }

  /** The images that are there, with their bytes. */
  async images(): Promise<Map<string, number>> {
    const names = await readdir(join(this.path, "images")).catch(() => []);
    const sizes = await Promise.all(
      names.map(async (name) => [name, (await stat(this.image(name)).catch(() => undefined))?.size ?? 0] as const),
    );
    return new Map(sizes);
  }

  remove(name: string): Promise<void> {
    return rm(join(this.path, name), { force: true });
  }

  removeImage(name: string): Promise<void> {
    return rm(this.image(name), { force: true });
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
