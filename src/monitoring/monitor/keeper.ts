import { writeFileAtomic } from "../../base/files.ts";
import type { MonitorFolder, MonitorRecord, MonitorSettings } from "./monitorFolder.ts";
import type { KeptFile } from "./withoutMetadata.ts";

/** A record that is kept, what its image takes, and the file that it stands in. */
interface Kept {
  record: Pick<MonitorRecord, "id" | "time" | "sha256" | "image">;
  imageBytes: number;
  file: string;
}

/** Bytes of records after which a further file is begun. */
const LARGEST_FILE = 2_000_000;
const DAY = 86_400_000;

/**
 * Writes records and images into a monitor's folder, and removes what is too old or too much. An image is written before
 * its record, and removed after a record that stands in the place of its own: whatever is cut short, no record lacks its
 * image, and images without a record are removed when the folder is opened again.
 */
export class Keeper {
  readonly #folder: MonitorFolder;
  readonly #settings: MonitorSettings;
  /** The SHA-256 of the weights that are watched. */
  readonly weights: string;
  readonly #now: () => number;
  /** By id, the oldest first. */
  readonly #kept = new Map<string, Kept>();
  readonly #known = new Set<string>();
  /** Bytes of each file of records. */
  readonly #files = new Map<string, number>();
  #current = "";
  #day = NaN;

  private constructor(folder: MonitorFolder, settings: MonitorSettings, weights: string, now: () => number) {
    this.#folder = folder;
    this.#settings = settings;
    this.weights = weights;
    this.#now = now;
  }

  get path(): string {
    return this.#folder.path;
  }

  static async open(
    folder: MonitorFolder,
    settings: MonitorSettings,
    weights: string,
    now: () => number,
  ): Promise<Keeper> {
    const keeper = new Keeper(folder, settings, weights, now);
    await folder.writeSettings(settings);
    const images = await folder.images();
    for (const name of await folder.recordNames()) {
      const { records, bytes } = await folder.readRecords(name);
      keeper.#files.set(name, bytes);
      for (const record of records) keeper.#add(record, images.get(record.image ?? "") ?? 0, name);
    }
    const used = new Set([...keeper.#kept.values()].map(({ record }) => record.image));
    for (const image of images.keys()) if (!used.has(image)) await folder.removeImage(image);
    await keeper.#begin();
    await keeper.#tidy();
    return keeper;
  }

  /** Keeps a record and its image, if the same input is not there yet. */
  async keep(record: Omit<MonitorRecord, "image">, image: () => Promise<KeptFile | undefined>): Promise<void> {
    if (this.#known.has(record.sha256)) return;
    const file = await image();
    const name = file && `${record.sha256.slice(0, 16)}.${file.extension}`;
    if (file && name !== undefined) await writeFileAtomic(this.#folder.image(name), file.bytes);
    const isFull = (this.#files.get(this.#current) ?? 0) > LARGEST_FILE;
    if (isFull || this.#today() !== this.#day) await this.#begin(); // files of a day go as wholes
    const whole = { ...record, ...(name !== undefined && { image: name }) };
    const bytes = await this.#folder.append(this.#current, whole);
    this.#files.set(this.#current, (this.#files.get(this.#current) ?? 0) + bytes);
    const replaced = this.#add(whole, file?.bytes.length ?? 0, this.#current);
    if (replaced?.record.image !== undefined) await this.#folder.removeImage(replaced.record.image);
    await this.#tidy();
  }

  async #begin(): Promise<void> {
    this.#current = await this.#folder.beginRecords(new Date(this.#now()), this.weights);
    this.#files.set(this.#current, 0);
    this.#day = this.#today();
  }

  #today(): number {
    return Math.floor(this.#now() / DAY);
  }

  /** Answers what stood in its place. */
  #add({ id, time, sha256, image }: MonitorRecord, imageBytes: number, file: string): Kept | undefined {
    const replaced = this.#kept.get(id);
    this.#kept.delete(id); // so that it comes last
    if (replaced) this.#known.delete(replaced.record.sha256);
    this.#known.add(sha256);
    this.#kept.set(id, { record: { id, time, sha256, ...(image !== undefined && { image }) }, imageBytes, file });
    return replaced;
  }

  /** Removes the oldest records until the rest is allowed: by age, by number, by bytes of images. Then files without any. */
  async #tidy(): Promise<void> {
    const { most, days, mostBytes } = this.#settings;
    const oldest = this.#now() - days * DAY;
    let bytes = [...this.#kept.values()].reduce((sum, { imageBytes }) => sum + imageBytes, 0);
    for (const [id, { record, imageBytes }] of this.#kept) {
      if (Date.parse(record.time) >= oldest && this.#kept.size <= most && bytes <= mostBytes) break;
      if (record.image !== undefined) await this.#folder.removeImage(record.image);
      this.#kept.delete(id);
      this.#known.delete(record.sha256);
      bytes -= imageBytes;
    }
    await this.#tidyFiles(mostBytes);
  }

  async #tidyFiles(mostBytes: number): Promise<void> {
    const live = new Set([...this.#kept.values()].map(({ file }) => file));
    let total = [...this.#files.values()].reduce((sum, bytes) => sum + bytes, 0);
    for (const [name, bytes] of this.#files) {
      if (name === this.#current || (live.has(name) && total <= mostBytes)) continue;
      await this.#folder.remove(name);
      this.#files.delete(name);
      total -= bytes;
    }
  }
}
