import { join } from "node:path";
import { DATASET_FILE } from "../../../data/formats/coco/writeCoco.ts";
import { type Drift, driftedIn } from "../../../monitoring/compareProfiles.ts";
import { floorOf } from "../../../monitoring/measureDrift.ts";
import type { NextImage } from "../../../monitoring/next/chooseNext.ts";
import type { Profile } from "../../../monitoring/profile.ts";

export interface Compared {
  run: string;
  against: string;
  /** Of the reference. */
  source: string;
  classes: readonly string[];
  now: readonly Profile[];
}

/** What programs are given: one JSON document. */
export function documentOf(drift: Drift, { run, against, source, classes, now }: Compared): object {
  const { alpha, images, trainedReference, measures } = drift;
  return {
    ...{ run, reference: source, against, alpha, images, trainedReference },
    drifted: driftedIn(drift),
    measures: measures.map(
      ({ measure, verdict, p, adjusted, effect, stability, distance, shares, examples, ...one }) => ({
        ...{ name: measure.name, verdict, p: known(p), adjustedP: known(adjusted) },
        ...{ effect: known(effect), floor: floorOf(measure).floor },
        ...{ psi: known(stability), jensenShannon: known(distance) },
        ...{ before: known(one.before), now: known(one.now) },
        ...(shares && { shares: classes.map((name, k) => ({ name, before: shares.before[k], now: shares.now[k] })) }),
        examples: examples.map((i) => now[i]?.name),
      }),
    ),
  };
}

/** The images that are worth labelling, and the data set that they were written to. */
export function nextDocument(next: readonly (NextImage & { file: string })[], out: string): object {
  return {
    dataset: join(out, DATASET_FILE),
    images: next.map(({ file, why, uncertainty, unlikeness }) => ({
      ...{ file, why, uncertainty: known(uncertainty), unlikeness: known(unlikeness) },
    })),
  };
}

function known(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
