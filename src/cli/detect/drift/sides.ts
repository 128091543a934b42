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
}

/** What was seen of both. */
export interface SeenSides {
  before: Reference;
  now: Profile[];
  broken: BrokenFile[];
  warnings: string[];
}

export async function findSides(run: string, flags: SideFlags, task: TaskKind): Promise<Sides> {
  const { RunFolder } = await import("../../../training/run/runFolder.ts");
  const { trainedWith } = await import("../openPredictor.ts");
  const { isMonitor } = await import("../../../monitoring/monitor/readMonitor.ts");
  const { seed = 1 } = (await trainedWith(run)) ?? {}; // of a model without its run: the default
  const reading = { run: RunFolder.of(run), seed, task };
  const { against, split, most } = flags;
  const all = isMonitor(against) ? [] : await imagesAt(against, { ...reading, split });
  const reference = await referencePlace(flags.reference, reading);
  return { reference, images: sampled(all, most, flags.seed) };
}

/**
 * Looks at both sides. Images that are on both are left out of the reference: what is compared with itself differs less than
 * two sets of images do.
 */
export async function lookAtSides(
  model: WatchedModel,
  { reference, images }: Sides,
  flags: SideFlags,
): Promise<SeenSides> {
  const current = new Set(images.map(({ file }) => file));
  const kept = reference.images;
  const others = kept?.all.filter(({ file }) => !current.has(file)) ?? [];
  if (kept && others.length === 0) {
    throw new AnchorkitError(
      `${flags.against}: these are the images of the reference: there is nothing to compare them with`,
    );
  }
  const place = kept ? { images: { ...kept, all: others } } : reference;
  const before = await profileReference(place, model, flags);
  const { profiles: now, broken, warnings } = await lookAtCurrent(model, images, flags);
  const trained = now.filter((one) => one.trained === true).length;
  if (trained > 0) {
    const some = trained === now.length ? "all of these" : `${trained} of ${countOf(now.length, "current image")}`;
    warnings.push(`the model was trained on ${some}: it is surer of them than of new ones`);
  }
  if (kept && others.length < kept.all.length) {
    warnings.push(
      `${countOf(kept.all.length - others.length, "image")} of the reference are among the current ones, and left out of it`,
    );
  }
  printWarnings(warnings);
  return { before, now, broken, warnings };
}

async function lookAtCurrent(
  model: WatchedModel,
  images: readonly KnownImage[],
  { against, most }: SideFlags,
): Promise<{ profiles: Profile[]; broken: BrokenFile[]; warnings: string[] }> {
  if (images.length > 0) return { ...(await profileAll(model, images, "looking at the current images")), warnings: [] };
  const { readMonitor } = await import("../../../monitoring/monitor/readMonitor.ts");
  const { profiles, warnings } = await readMonitor(against, model, most);
  return { profiles, broken: [], warnings };
}
