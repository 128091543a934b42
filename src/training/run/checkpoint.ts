import { join } from "node:path";
import { z } from "zod";
import { loadVariables, readState, readVariables, saveVariables } from "../../core/variables.ts";
import { LoopState } from "../loop/fit.ts";
import { saveModelFolder } from "./modelFolder.ts";
import type { RunFolder } from "./runFolder.ts";
import type { Task } from "../task.ts";
import { type Trainer, TrainerState } from "../trainer.ts";

/** What a checkpoint holds beside the variables. */
const State = z.object({ loop: LoopState, trainer: TrainerState });

const STATE_FILE = "state.bin";

/** Writes the averaged weights, or those that did better, as a model; with `loop`, also all that going on needs. */
export async function saveCheckpoint<Batch>(
  folder: string,
  task: Task<Batch>,
  trainer: Trainer<Batch>,
  loop?: LoopState,
): Promise<void> {
  const { program, variables } = trainer.compiled;
  program.pull();
  const description = { ...task.description, ...trainer.described };
  await saveModelFolder(folder, { ...task, description, averages: trainer.saved }, async (beside) => {
    if (loop) await saveVariables(join(beside, STATE_FILE), variables, { loop, trainer: trainer.state });
  });
}

/** Where the training of a run stands, without its weights. */
export async function readCheckpoint(run: RunFolder): Promise<z.infer<typeof State>> {
  return (await readVariables(join(run.last, STATE_FILE), State)).state;
}

/** The same as far as the loop goes, read without the weights. */
export async function readLoopState(run: RunFolder): Promise<LoopState> {
  return (await readState(join(run.last, STATE_FILE), State)).loop;
}

/**
 * Gives the trainer the variables and the state that `saveCheckpoint` wrote, and tells where the loop stood.
 *
 * @throws AnchorkitError if the checkpoint is missing, damaged, or of another network
 */
export async function restoreCheckpoint<Batch>(run: RunFolder, trainer: Trainer<Batch>): Promise<LoopState> {
  const state = await loadVariables(join(run.last, STATE_FILE), trainer.compiled.variables, State);
  trainer.restore(state.trainer);
  return state.loop;
}
