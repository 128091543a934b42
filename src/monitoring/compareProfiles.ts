import { Random } from "../base/random.ts";
import { holm } from "../metrics/drift/index.ts";
import { type DriftVerdict, floorOf, type MeasureDrift } from "./measureDrift.ts";
import { type MeasureName, measuresOf } from "./measures.ts";
import type { Profile } from "./profile.ts";
import type { WatchedKind } from "./said.ts";
import { testMeasure, type TestOptions } from "./testMeasure.ts";

export interface CompareOptions extends TestOptions {
  kind: WatchedKind;
  /** Of the permutations that are drawn. */
  seed: number;
}

/** What two sets of images differ in. */
export interface Drift {
  measures: MeasureDrift[];
  alpha: number;
  /** How many images were compared: of the reference, those that the model was not trained on where it matters. */
  images: { reference: number; heldOut: number; current: number };
  /** What the model says was compared with what it says of images that it was trained on, for want of others. */
  trainedReference: boolean;
}

/** With fewer images that the model was not trained on, it is judged by all. */
const ENOUGH_HELD_OUT = 20;

/** Tests every measure of a kind of model, corrected for their number. */
export function compareProfiles(
  reference: readonly Profile[],
  current: readonly Profile[],
  options: CompareOptions,
): Drift {
  const { kind, alpha } = options;
  const heldOut = reference.filter(({ trained }) => trained !== true);
  const trainedReference = heldOut.length < ENOUGH_HELD_OUT && heldOut.length < reference.length;
  const measures = measuresOf(kind);
  const most = Math.ceil((10 * measures.length) / alpha);
  const tested = measures.map((measure): MeasureDrift => {
    const before = measure.ofModel && !trainedReference ? heldOut : reference;
    const permutations = { random: new Random(options.seed).fork(measure.name), most };
    return { ...EMPTY, measure, ...testMeasure(measure, before, current, permutations, options) };
  });
  const family = tested.filter(({ p }) => !Number.isNaN(p));
  const adjusted = holm(family.map(({ p }) => p));
  const judged = tested.map((one) => {
    const at = family.indexOf(one);
    if (at === -1) return one;
    const p = adjusted[at] as number;
    return { ...one, adjusted: p, verdict: verdictOf(one, p, alpha) };
  });
  const images = { reference: reference.length, heldOut: heldOut.length, current: current.length };
  return { measures: judged, alpha, images, trainedReference };
}

/** The names of the measures that have drifted. */
export function driftedIn({ measures }: Drift): MeasureName[] {
  return measures.filter(({ verdict }) => verdict === "drift").map(({ measure }) => measure.name);
}

const EMPTY = {
  ...({ verdict: "none", examples: [] } as { verdict: DriftVerdict; examples: number[] }),
  ...{ p: NaN, adjusted: NaN, effect: NaN, stability: NaN, distance: NaN, before: NaN, now: NaN },
};

function verdictOf({ measure, effect }: MeasureDrift, adjusted: number, alpha: number): DriftVerdict {
  if (adjusted > alpha) return "none";
  return effect >= floorOf(measure).floor ? "drift" : "slight";
}
