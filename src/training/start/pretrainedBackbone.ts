import { z } from "zod";
import { AnchorkitError } from "../../base/errors.ts";
import { SAVED_BACKBONE } from "../../core/backbones/chosenBackbone.ts";
import { setKerasWeights } from "../../core/kerasWeights.ts";
import { describeMatch, setMatchingWeights } from "../../core/matchingWeights.ts";
import { describeLeftOut, readPublishedBackbone } from "../../core/publishedBackbone.ts";
import { DRAWN_WORLD, FROM_SCRATCH } from "../../core/weights/publishedFiles.ts";
import { readTensors } from "../../core/weights/tensorFiles.ts";
import { locateWeights } from "../../core/weights/weightCache.ts";
import { SavedPreprocessing } from "../run/modelDescription.ts";
import type { TaskKind } from "../task.ts";
import type { PrepareContext } from "../trainOptions.ts";
import type { BuiltNetwork, PretrainedBackbone } from "./start.ts";
import { isModel, kindOfModel, modelFolderOf, readDescription, readModelWeights } from "../run/modelFolder.ts";

/**
 * The backbone of `--pretrained`: published weights (see readPublishedBackbone), or the folder of a run or model of any
 * task that has a backbone, of which nothing else is taken.
 *
 * @throws AnchorkitError if there is none, or it is damaged
 */
async function readPretrained(path: string): Promise<PretrainedBackbone> {
  if (path === DRAWN_WORLD) return readDrawnWorld();
  if (isModel(path)) {
    const found = await backboneOfModel(modelFolderOf(path));
    if (found) return found;
    throw new AnchorkitError(`${path}: its network has no backbone that others could have, too`);
  }
  const given = await readPublishedBackbone(path);
  const { backbone, width, publisher } = given;
  const give = ({ backbone: to }: BuiltNetwork): string | undefined => {
    if (to) setKerasWeights(to, given);
    return describeLeftOut(given);
  };
  return { backbone, width, publisher, start: "backbone", give };
}

/** The weights that come with anchorkit: whatever layers of theirs a network has. */
async function readDrawnWorld(): Promise<PretrainedBackbone> {
  const { tensors } = await readTensors(await locateWeights(DRAWN_WORLD));
  const give = ({ model }: BuiltNetwork): undefined => {
    setMatchingWeights(model, tensors);
  };
  return { backbone: "small", width: 1, start: "drawn-world", give };
}

/**
 * The backbone of a model of any task. Undefined for one whose network has layers of its own alone.
 *
 * @param folder of the model itself @throws AnchorkitError if it is damaged
 */
async function backboneOfModel(folder: string): Promise<PretrainedBackbone | undefined> {
  const { architecture, preprocessing } = await readDescription(folder, kindOfModel(folder), Described);
  const { backbone, width = 1, publisher } = architecture;
  if (backbone === undefined || !preprocessing) return undefined;
  const { mean, deviation } = preprocessing;
  const weights = await readModelWeights(folder);
  const give = ({ model: whole, backbone: part }: BuiltNetwork): string => {
    const { model = whole } = part ?? {};
    const matched = setMatchingWeights(model, weights);
    if (matched.set.length > 0) return `backbone from ${folder}: ${describeMatch({ ...matched, unused: [] })}`;
    throw new AnchorkitError(`${folder}: its weights are of the backbone ${backbone}, and none fits ${model.name}`);
  };
  return { backbone, width, publisher, scaling: { mean, deviation }, start: "backbone", give };
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
  return start ?? (pretrained === undefined || pretrained === FROM_SCRATCH ? undefined : readPretrained(pretrained));
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
  architecture: z.looseObject(SAVED_BACKBONE).partial(),
  preprocessing: SavedPreprocessing.optional(),
});
