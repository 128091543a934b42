import type { Phase } from "../recipe.ts";
import type { TaskKind } from "../task.ts";
import type { PrepareContext } from "../trainOptions.ts";
import type { BuiltNetwork, PretrainedBackbone, Start } from "./start.ts";
import { backboneLearns, freezeLayers, type Freezing, stagesToHead } from "./freezing.ts";

/** How a training goes on from a start. */
export interface FineTuning {
  /** Share of the training in which what is not the backbone learns alone, on features that stay as they are. */
  headShare: number;
  /** The learning rate after it, as a multiple. */
  rate: number;
  /** From this share on normalisation is frozen. */
  frozenFrom: number;
  /** Statistics are averaged over so many batches before that; those of the weights that it began with stay unless told. */
  calibrate?: number;
  /**
   * The rate of a stage of the backbone, the layers between two of its maps, as a multiple of that of the next one towards
   * the head. A factor a layer would leave nothing to the first ones of a deep network.
   */
  layerDecay: number;
  /** Which layers do not learn, see `Freezing`. */
  freeze: string;
}

/** Everything at once, and normalisation as it comes. */
const AS_IT_COMES: FineTuning = { headShare: 0, rate: 1, frozenFrom: 0, layerDecay: 1, freeze: "none" };
/**
 * The new head alone (Yosinski et al., "How transferable are features in deep neural networks?", 2014), then the backbone,
 * too, at a lower rate.
 */
const HEAD_FIRST: FineTuning = { ...AS_IT_COMES, headShare: 0.15, rate: 0.5, frozenFrom: 0.7, calibrate: 20 };
/** Every pixel is a sample, so that the statistics of small batches are good for long. */
const OWN_STATISTICS: FineTuning = { ...AS_IT_COMES, frozenFrom: 0.8, calibrate: 20 };

/** Pictures that differ from those of the start have other statistics: first those of batches, then averaged ones. */
const NEW_STATISTICS: FineTuning = { ...AS_IT_COMES, frozenFrom: 0.5, calibrate: 40 };

/** How each kind of task goes on from a backbone unless told: the one place to choose it. */
const FROM_BACKBONE: Readonly<Record<TaskKind, FineTuning>> = {
  detection: AS_IT_COMES,
  classification: HEAD_FIRST,
  segmentation: OWN_STATISTICS,
  clips: HEAD_FIRST,
  reading: AS_IT_COMES,
  forecasting: AS_IT_COMES,
};

/** The same from each start. */
const USUAL: Readonly<Record<Start, Readonly<Partial<Record<TaskKind, FineTuning>>>>> = {
  weights: {},
  backbone: FROM_BACKBONE,
  "drawn-world": { ...FROM_BACKBONE, detection: NEW_STATISTICS },
};

/** What is chosen of how a training goes on; the rest is as usual for the kind of task. */
export interface TuningOptions extends Freezing {
  layerDecay?: number | undefined;
}

/** What a training begins with, or began with; undefined: nothing. */
export function startOf(
  { begunWith, model, resumes }: PrepareContext,
  given?: Pick<PretrainedBackbone, "start">,
): Start | undefined {
  if (begunWith) return begunWith;
  if (model !== undefined && !resumes) return "weights";
  return given?.start;
}

/**
 * Freezes the layers of the network that are not to learn, and gives the phases of a training from its start; from
 * scratch, they are the task's own.
 *
 * @throws UsageError for layers that the network does not have
 */
export function tuneNetwork(
  kind: TaskKind,
  network: BuiltNetwork,
  start: Start | undefined,
  { freeze, fineTuneFrom, layerDecay }: TuningOptions,
): { phases?: Phase[] } {
  const usual = (start && USUAL[start][kind]) ?? AS_IT_COMES;
  freezeLayers(network, { freeze: freeze ?? usual.freeze, fineTuneFrom });
  return start ? { phases: startPhases(network, { ...usual, layerDecay: layerDecay ?? usual.layerDecay }) } : {};
}

/**
 * The phases of a training from a start. Earlier stages of the backbone may learn more slowly than later ones (Howard and
 * Ruder, "Universal Language Model Fine-tuning for Text Classification", 2018: discriminative fine-tuning). Layers that do
 * not learn at all are no matter of phases, see freezeLayers.
 */
export function startPhases(
  network: BuiltNetwork,
  { headShare, rate, frozenFrom, calibrate, layerDecay }: Omit<FineTuning, "freeze">,
): Phase[] {
  const stages = network.backbone ? stagesToHead(network.backbone) : new Map<string, number>();
  const head: Phase = {
    ...{ name: "head", from: 0, statistics: "moving" },
    trains: (weight) => !stages.has(layerOf(weight)),
  };
  if (headShare > 0 && !backboneLearns(network)) return [head];
  const fine: Omit<Phase, "name" | "from" | "statistics"> = {
    ...(rate !== 1 && { rate }),
    ...(layerDecay !== 1 && { rates: (weight: string) => layerDecay ** (stages.get(layerOf(weight)) ?? 0) }),
  };
  const frozen = { ...fine, name: "frozen", from: frozenFrom, statistics: "moving" as const };
  return [
    ...(headShare > 0 ? [head] : []),
    ...(frozenFrom > headShare ? [{ ...fine, name: "fine", from: headShare, statistics: "batch" as const }] : []),
    calibrate === undefined ? frozen : { ...frozen, calibrate },
  ];
}

function layerOf(weight: string): string {
  return weight.slice(0, weight.lastIndexOf("/"));
}
