import { resolve } from "node:path";
import type { SplitName } from "../../../data/dataset.ts";
import { AnchorkitError } from "../../../base/errors.ts";
import { countOf } from "../../../base/words.ts";
import type { Profile } from "../../../monitoring/profile.ts";
import type { WatchedModel } from "../../../monitoring/profileFiles.ts";
import type { Reference } from "../../../monitoring/referenceFile.ts";
import type { TaskKind } from "../../../training/task.ts";
import { printWarnings } from "../../dataset.ts";
import type { BrokenFile } from "../predictAll.ts";
import { imagesAt, type KnownImage } from "./imagesAt.ts";
import { profileAll, sampled } from "./profiling.ts";
import { profileReference, type ReferencePlace, referencePlace } from "./reference.ts";

export interface SideFlags {
  against: string;
  reference?: string;
  split?: SplitName | "all";
  most: number;
  seed: number;
}

/** What is compared, found before anything is computed. */
export interface Sides {
  reference: ReferencePlace;
  /** The current images; none where a monitor has kept them. */
  images: KnownImage[];
  /** The folder of the monitor that has kept the current images. */
  monitor: string | undefined;
  /** How many are on both sides. */
  shared: number;
}

/** What was seen of both. */
export interface SeenSides {
  before: Reference;
  now: Profile[];
  broken: BrokenFile[];
  warnings: string[];
}

/**
 * Finds the images of both sides. Those that are on both are left out of the reference: what is compared with itself differs
 * less than two sets of images do.
 */
export async function findSides(run: string, flags: SideFlags, task: TaskKind): Promise<Sides> {
  const { RunFolder } = await import("../../../training/run/runFolder.ts");
  const { trainedWith } = await import("../openPredictor.ts");
  const { monitorAt } = await import("../../../monitoring/monitor/readMonitor.ts");
  const { seed = 1 } = (await trainedWith(run)) ?? {}; // of a model without its run: the default
  const reading = { run: RunFolder.of(run), seed, task };
  const { against, split, most } = flags;
  const monitor = await monitorAt(against);
  const all = monitor === undefined ? await imagesAt(against, { ...reading, split }) : [];
  const place = await referencePlace(flags.reference, reading);
  const current = new Set(all.map(({ file }) => resolve(file)));
  const others = place.images?.all.filter(({ file }) => !current.has(resolve(file))) ?? [];
  if (place.images && others.length === 0) {
    throw new AnchorkitError(
      `${against}: these are the images of the reference: there is nothing to compare them with`,
    );
  }
  const reference = place.images ? { images: { ...place.images, all: others } } : place;
  return {
    reference,
    monitor,
    images: sampled(all, most, flags.seed),
    shared: (place.images?.all.length ?? 0) - others.length,
  };
}

/** Looks at both sides, and says what should be known of them. */
export async function lookAtSides(
  model: WatchedModel,
  { reference, images, monitor, shared }: Sides,
  flags: SideFlags,
): Promise<SeenSides> {
  const before = await profileReference(reference, model, flags);
  const { now, broken, warnings } =
    monitor === undefined ? await lookAtImages(model, images) : await lookAtMonitor(model, monitor, flags);
  const trained = now.filter((one) => one.trained === true).length;
  if (trained > 0) {
    const some = trained === now.length ? "all of these" : `${trained} of ${countOf(now.length, "current image")}`;
    warnings.push(`the model was trained on ${some}: it is surer of them than of new ones`);
  }
  if (shared > 0) {
    warnings.push(`${countOf(shared, "image")} of the reference are among the current ones, and left out of it`);
  }
  printWarnings(warnings);
  return { before, now, broken, warnings };
}

type SeenImages = Pick<SeenSides, "now" | "broken" | "warnings">;

async function lookAtImages(model: WatchedModel, images: readonly KnownImage[]): Promise<SeenImages> {
  const { profiles, broken } = await profileAll(model, images, "looking at the current images");
  return { now: profiles, broken, warnings: [] };
}

async function lookAtMonitor(model: WatchedModel, folder: string, { most }: SideFlags): Promise<SeenImages> {
  const { readMonitor } = await import("../../../monitoring/monitor/readMonitor.ts");
  const { profiles, warnings } = await readMonitor(folder, model, most);
  return { now: profiles, broken: [], warnings };
}
