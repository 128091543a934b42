import { z } from "zod";
import { AnchorkitError } from "../../base/errors.ts";
import { BACKBONE_NAMES } from "../../core/backbones/names.ts";
import { describeLeftOut, readKerasBackbone, setKerasWeights } from "../../core/kerasWeights.ts";
import { describeMatch, setMatchingWeights } from "../../core/matchingWeights.ts";
import { SavedPreprocessing } from "../run/modelDescription.ts";
import type { TaskKind } from "../task.ts";
import type { PrepareContext } from "../trainOptions.ts";
import type { BuiltNetwork, PretrainedBackbone } from "./start.ts";
import { isModel, kindOfModel, modelFolderOf, readDescription, readModelWeights } from "../run/modelFolder.ts";

/**
 * The backbone of `--pretrained`: weights as Keras has them (see readKerasBackbone), or the folder of a run or model of
 * any task that has a backbone, of which nothing else is taken.
 *
 * @throws AnchorkitError if there is none, or it is damaged
 */
async function readPretrained(path: string): Promise<PretrainedBackbone> {
  if (isModel(path)) {
    const found = await backboneOfModel(modelFolderOf(path));
    if (found) return found;
    throw new AnchorkitError(`${path}: its network has no backbone that others could have, too`);
  }
  const given = await readKerasBackbone(path);
  const { backbone, width } = given;
  const give = ({ backbone: to }: BuiltNetwork): string | undefined => {
    if (to) setKerasWeights(to, given);
    return describeLeftOut(given);
  };
  return { backbone, width, give };
}

/**
 * The backbone of a model of any task. Undefined for one whose network has layers of its own alone.
 *
 * @param folder of the model itself @throws AnchorkitError if it is damaged
 */
async function backboneOfModel(folder: string): Promise<PretrainedBackbone | undefined> {
  const { architecture, preprocessing } = await readDescription(folder, kindOfModel(folder), Described);
  const { backbone, width = 1 } = architecture;
  if (backbone === undefined || !preprocessing) return undefined;
  const { mean, deviation } = preprocessing;
  const weights = await readModelWeights(folder);
  const give = ({ model: whole, backbone: part }: BuiltNetwork): string => {
    const { model = whole } = part ?? {};
    const matched = setMatchingWeights(model, weights);
    if (matched.set.length > 0) return `backbone from ${folder}: ${describeMatch({ ...matched, unused: [] })}`;
    throw new AnchorkitError(`${folder}: its weights are of the backbone ${backbone}, and none fits ${model.name}`);
  };
  return { backbone, width, scaling: { mean, deviation }, give };
}

/**
 * The backbone that a task is to be built on: that of another task's model, or of `--pretrained`. A task that goes on from
 * a model of its own kind has the backbone among all other weights.
 */
export async function givenBackbone(
  { model, start }: PrepareContext,
  pretrained: string | undefined,
): Promise<PretrainedBackbone | undefined> {
  if (model !== undefined) return undefined;
  return start ?? (pretrained === undefined ? undefined : readPretrained(pretrained));
}

/** Where a training begins with a model of another task, the backbone is what the task must know of it. */
export async function startingFrom(context: PrepareContext, task: TaskKind): Promise<PrepareContext> {
  const { model, ...others } = context;
  if (model === undefined || context.resumes || kindOfModel(model) === task) return context;
  const found = await backboneOfModel(model);
  if (!found) return others;
  const give = (network: BuiltNetwork): undefined => void found.give(network); // all that fits is told later
  return { ...others, start: { ...found, give } };
}

/** What every description says alike of its network's backbone. */
const Described = z.looseObject({
  architecture: z.looseObject({ backbone: z.enum(BACKBONE_NAMES).optional(), width: z.number().positive().optional() }),
  preprocessing: SavedPreprocessing.optional(),
});
