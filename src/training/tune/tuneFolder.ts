import { existsSync } from "node:fs";
import { readdir, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { z } from "zod";
import { AnchorkitError, WouldOverwrite } from "../../base/errors.ts";
import { writeFileAtomic } from "../../base/files.ts";
import { lockFolder, type Release } from "../../base/lock.ts";
import { OutputFolder } from "../../base/output/outputFolder.ts";
import { readJsonWithin } from "../../core/boundedFiles.ts";
import { RunFolder } from "../run/runFolder.ts";
import { Plan } from "./halving.ts";
import { Space } from "./space.ts";

const LARGEST_STATE = 16 * 2 ** 20;

/** A training of the search, begun or done. */
const Trial = z.object({
  /** From 1; its run folder is called so. */
  number: z.int().min(1),
  sample: z.int().min(0),
  rung: z.int().min(0),
  again: z.boolean(),
  seed: z.int(),
  /** How long it was to take, and what it took. */
  seconds: z.number().positive(),
  took: z.number().min(0).default(0),
  /** How many times it was begun, but for those that ended in good order. */
  begun: z.int().min(0).default(0),
  /** What came of it; not there while it runs. A training without a score has the reason why. */
  outcome: z.object({ score: z.number().nullable(), reason: z.string().optional() }).optional(),
});
export type Trial = z.infer<typeof Trial>;

/** The content of tune.json: what is searched, and what is known so far. */
export const TuneState = z.object({
  version: z.literal(1),
  /** What it was begun with. */
  data: z.string(),
  /** How the labels are read, by the names of options. */
  reading: z.record(z.string(), z.string()),
  model: z.string().optional(),
  minutes: z.number().positive(),
  shortest: z.number().positive().optional(),
  seed: z.int().min(0),
  space: Space,
  /** Seconds so far, with set-up. */
  spent: z.number().min(0),
  /** Seconds that a training takes to begin, from which the plan was made. */
  startUp: z.number().min(0),
  plan: Plan,
  trials: z.array(Trial),
});
export type TuneState = z.infer<typeof TuneState>;

/** A folder that a search writes: tune.json, best.yaml, tune.html and trials/001 …, which are runs. */
export class TuneFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  get state(): string {
    return join(this.path, STATE);
  }

  /** The options that did best, as a config file. */
  get best(): string {
    return join(this.path, BEST);
  }

  /** The trainings beside each other. */
  get page(): string {
    return join(this.path, PAGE);
  }

  get trials(): string {
    return join(this.path, TRIALS);
  }

  trial(number: number): RunFolder {
    return new RunFolder(join(this.trials, String(number).padStart(3, "0")));
  }

  /** Where it is tried how long a training takes to begin; removed then. */
  get start(): RunFolder {
    return new RunFolder(join(this.trials, START));
  }

  holdsSearch(): boolean {
    return existsSync(this.state);
  }

  /**
   * Makes sure that a new search may be written here. Changes nothing.
   *
   * @throws AnchorkitError for a folder that is read or cannot be written to; WouldOverwrite where there is a search, or
   * what none has written
   */
  async requireFree(inputs: readonly string[], overwrite = false): Promise<OutputFolder> {
    const output = await OutputFolder.open(this.path, { command: "detect tune", inputs, overwrite, results: true });
    if (this.holdsSearch() && !overwrite) {
      throw new WouldOverwrite(`${this.path}: holds a search already; go on with --resume, or give another --out`);
    }
    const trials = await readdir(this.trials).catch(() => []);
    if (!this.holdsSearch() && trials.some((name) => name !== START)) {
      throw new AnchorkitError(`${this.trials}: is there already, and of no search; give another --out`);
    }
    await output.requireFree([STATE, BEST, PAGE]);
    return output;
  }

  /** Takes the place of what an earlier search has left. */
  async begin(output: OutputFolder): Promise<void> {
    if (this.holdsSearch()) await rm(this.trials, { recursive: true, force: true });
    for (const file of [this.state, this.best, this.page]) await rm(file, { force: true });
    await output.announce([STATE, BEST, PAGE, TRIALS]);
  }

  /**
   * Keeps other searches out of the folder, which is made if need be, until what it gives back is called.
   *
   * @throws AnchorkitError if another search holds it, or it cannot be made
   */
  async lock(): Promise<Release> {
    const release = await lockFolder(this.path, "another search");
    return async () => {
      await rmdir(this.trials).catch(() => undefined); // what is not empty stays
      await release();
    };
  }

  /** @throws AnchorkitError if there is no search, or its tune.json is damaged */
  async read(): Promise<TuneState> {
    if (!this.holdsSearch()) throw new AnchorkitError(`${this.path}: holds no search (there is no ${STATE} in it)`);
    return readJsonWithin(this.state, LARGEST_STATE, TuneState);
  }

  async write(state: TuneState): Promise<void> {
    await writeFileAtomic(this.state, `${JSON.stringify(state, undefined, 2)}\n`);
  }

  /** Writes best.yaml: options of a training by their names, under a line that says where they come from. */
  async writeBest(options: Readonly<Record<string, unknown>>, comment: string): Promise<void> {
    await writeFileAtomic(this.best, `# ${comment}\n${stringify(options)}`);
  }
}

const [STATE, BEST, PAGE, TRIALS, START] = ["tune.json", "best.yaml", "tune.html", "trials", "start"];
