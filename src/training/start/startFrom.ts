import { AnchorkitError } from "../../base/errors.ts";
import { describeMatch, type MatchedWeights, setMatchingWeights } from "../../core/matchingWeights.ts";
import type { Prepared, TrainEvents } from "../trainOptions.ts";
import { readModelWeights } from "../run/modelFolder.ts";

/**
 * Gives the task's network the weights of a model, as far as they fit, and says which.
 *
 * @param model its folder
 * @throws AnchorkitError if none fits
 */
export async function startFrom<Batch>(
  model: string,
  task: Prepared<Batch>,
  events: Pick<TrainEvents, "message">,
): Promise<MatchedWeights> {
  const weights = await readModelWeights(model);
  const { weights: adapted, says } = task.adaptWeights?.(weights) ?? { weights };
  const matched = setMatchingWeights(task.network, adapted);
  if (matched.set.length === 0) {
    throw new AnchorkitError(
      `${model}: none of its weights fits the network that is to be trained (${describeMatch(matched)}); choose a model or backbone that they are of`,
    );
  }
  events.message?.(`weights from ${model}: ${describeMatch(matched)}${says === undefined ? "" : `; ${says}`}`);
  return matched;
}
