import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { AnchorkitError, WouldOverwrite } from "../errors.ts";
import { writeFileAtomic } from "../files.ts";
import { inputAmong, isAmong, isWithin } from "./inputs.ts";
import {
  filesBelow,
  readRecord,
  RECORD_FILE,
  type OutputRecord,
  sameStamp,
  type Stamp,
  stampOf,
} from "./outputRecord.ts";
import { requireWritable } from "./requireWritable.ts";

export interface OutputOptions {
  /** Whose output it is: what a command has written before, it may replace. */
  command: string;
  /** Also replace what it has not written; never what it reads. */
  overwrite?: boolean | undefined;
  /** What is read: files, and folders with all that is in them. */
  inputs?: readonly string[];
  /** The output is no data to read again, such as pictures with boxes: readers that come to the folder pass it by. */
  results?: boolean;
}

interface Place {
  /** Nothing but the command's own was there at first. */
  alone: boolean;
  /** Readers have passed by what was there. */
  passedBy: boolean;
}

/**
 * A folder that is written to. One rule holds for all of them: a file that is read is never overwritten; one that the
 * same command has not written, or that was changed since, only with `overwrite`. A record in the folder tells which
 * files a command wrote, with their sizes and dates.
 */
export class OutputFolder {
  readonly path: string;
  readonly #options: OutputOptions;
  /** What the same command wrote before. */
  readonly #earlier: OutputRecord["files"];
  readonly #place: Place;

  private constructor(path: string, options: OutputOptions, earlier: OutputRecord["files"], place: Place) {
    this.path = path;
    this.#options = options;
    this.#earlier = earlier;
    this.#place = place;
  }

  /**
   * Looks at a folder, which need not be there yet. Changes nothing.
   *
   * @throws AnchorkitError when it is a file or cannot be written to, and when it is what is read: the output would be
   * read with it the next time
   */
  static async open(path: string, options: OutputOptions): Promise<OutputFolder> {
    const status = await requireWritable(path);
    if (await isAmong(path, options.inputs ?? [])) {
      throw new AnchorkitError(`${path}: is the input itself; give another folder to write to`);
    }
    if (status?.isDirectory() === false) throw new AnchorkitError(`${path}: is a file; give a new folder to write to`);
    const record = await readRecord(path);
    const earlier = record?.command === options.command ? record.files : {};
    const own = new Set(Object.keys(earlier).map((name) => name.split("/")[0]));
    const entries = status === undefined ? [] : await readdir(path);
    const alone = entries.every((entry) => entry.startsWith(".") || own.has(entry)); // no reader sees hidden files
    return new OutputFolder(path, options, earlier, { alone, passedBy: record?.passBy === true });
  }

  /**
   * Makes sure that these files may be written.
   *
   * @param names within the folder
   * @param inputs what is read beside the inputs that were known already
   * @throws AnchorkitError for a file that is read, WouldOverwrite for one that is not the command's own
   */
  async requireFree(names: readonly string[], inputs: readonly string[] = []): Promise<void> {
    const present: { file: string; own: boolean }[] = [];
    for (const name of names) {
      const file = join(this.path, name);
      if ((await stampOf(file)) !== undefined) present.push({ file, own: await this.isOwn(name) });
    }
    const all = [...(this.#options.inputs ?? []), ...inputs];
    const read = await inputAmong(present, all, this.#place);
    if (read !== undefined) throw new AnchorkitError(`${read}; give another folder to write to`);
    const foreign = present.find(({ own }) => !own);
    if (foreign === undefined || this.#options.overwrite === true) return;
    throw new WouldOverwrite(
      `${foreign.file}: is there already, and is not as ${this.#options.command} left it; give another folder to write to`,
    );
  }

  /** Makes sure that the folder holds nothing but what the command has written, unless that was waived. */
  async requireOwn(): Promise<void> {
    if (this.#options.overwrite !== true) await this.requireFree(await filesBelow(this.path));
  }

  /**
   * Makes sure that nothing of before is left between what is new: the folder is empty, or loses, with `overwrite`, what
   * the command has written there before. See `requireFree`.
   */
  async requireEmpty(inputs: readonly string[] = []): Promise<void> {
    const entries = await readdir(this.path).catch(() => []);
    if (entries.length === 0) return;
    if (this.#options.overwrite === true) return this.requireFree(await filesBelow(this.path), inputs);
    throw new WouldOverwrite(`${this.path}: is not empty; give a new folder, so that nothing is overwritten`);
  }

  /** Removes what the command wrote before, but for files that were changed since. */
  async clear(): Promise<void> {
    for (const name of Object.keys(this.#earlier)) {
      if (await this.isOwn(name)) await rm(join(this.path, name), { force: true });
    }
  }

  /**
   * Runs what writes into the folder, and records what came of it, however it ends.
   *
   * @param names of the files that it writes; found by looking unless told
   */
  async write<T>(task: () => Promise<T>, names?: readonly string[]): Promise<T> {
    const before = new Map<string, Stamp | undefined>();
    if (!names) for (const name of await filesBelow(this.path)) before.set(name, await stampOf(join(this.path, name)));
    try {
      return await task();
    } finally {
      // a record that cannot be written is no reason to fail: what the task says of the disk is to be heard
      await this.#record(names ?? (await filesBelow(this.path)), before).catch(() => undefined);
    }
  }

  async #record(names: readonly string[], before: ReadonlyMap<string, Stamp | undefined>): Promise<void> {
    const files: OutputRecord["files"] = {};
    for (const name of new Set([...Object.keys(this.#earlier), ...names])) {
      const stamp = await stampOf(join(this.path, name));
      const isNew = names.includes(name) && !sameStamp(before.get(name), stamp);
      if (stamp && (isNew || sameStamp(this.#earlier[name], stamp))) files[name] = stamp;
    }
    if (Object.keys(files).length > 0) await this.#save(files);
  }

  /** Records files of which the last word is not spoken for hours: they are the command's own, whatever they hold. */
  async announce(names: readonly string[]): Promise<void> {
    await this.#save({ ...this.#earlier, ...Object.fromEntries(names.map((name) => [name, null])) });
  }

  async #save(files: OutputRecord["files"]): Promise<void> {
    const { command, results = false, inputs = [] } = this.#options;
    const passBy = this.#place.alone && (results || (await isWithin(this.path, inputs)));
    const record: OutputRecord = { command, passBy, files };
    await writeFileAtomic(join(this.path, RECORD_FILE), `${JSON.stringify(record)}\n`);
  }

  /** Whether the command has written a file and left it so, or has announced it. */
  async isOwn(name: string): Promise<boolean> {
    if (!Object.hasOwn(this.#earlier, name)) return false;
    const stamp = this.#earlier[name];
    return stamp === null || sameStamp(stamp, await stampOf(join(this.path, name)));
  }
}
