import type { Release } from "../base/lock.ts";
import { RunFolder } from "../training/run/runFolder.ts";
import type { ModelProgram } from "./modelProgram.ts";

/** Where `fit` keeps models: best/, last/ and checkpoints/, each as `loadModel` and tfjs read it. */
export class FitFolder {
  readonly #run: RunFolder;
  readonly #release: Release;

  private constructor(run: RunFolder, release: Release) {
    this.#run = run;
    this.#release = release;
  }

  /** @throws AnchorkitError where another training writes, or where something would be lost */
  static async open(path: string, { overwrite }: { overwrite: boolean }): Promise<FitFolder> {
    const run = new RunFolder(path);
    const release = await run.lock();
    try {
      await run.begin(await run.requireFree({ inputs: [], overwrite }));
      return new FitFolder(run, release);
    } catch (error) {
      await release();
      throw error;
    }
  }

  async saveEpoch(model: ModelProgram, { best }: { best: boolean }): Promise<void> {
    if (best) await model.save(this.#run.best);
    await model.save(this.#run.last);
  }

  async saveCheckpoint(model: ModelProgram, keep: number): Promise<void> {
    await model.save(this.#run.checkpoint(model.iterations));
    await this.#run.keepCheckpoints(keep);
  }

  async close(): Promise<void> {
    await this.#release();
  }
}
