import type { Random } from "../base/random.ts";
import type { Program } from "../engine/graph/program.ts";
import { runNumbers } from "./runNumbers.ts";
import type { Task } from "./task.ts";

/** The mean loss over the task's validation batches, by a step made of them, see validationStep; undefined where the task has none. */
export async function validationLoss<Batch>(
  { validationLosses }: Task<Batch>,
  program: Program,
  random: Random,
  step: string,
): Promise<number | undefined> {
  if (!validationLosses) return undefined;
  const { batches } = validationLosses;
  const draws = random.fork("validation");
  let sum = 0;
  for (let i = 0; i < batches; i++) {
    const inputs = validationLosses.feeds(await validationLosses.batch(i), draws.fork(i));
    sum += runNumbers(program, step, inputs).loss ?? NaN;
  }
  return sum / batches;
}
