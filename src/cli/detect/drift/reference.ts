import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { AnchorkitError } from "../../../base/errors.ts";
import { countOf } from "../../../base/words.ts";
import type { Reference } from "../../../monitoring/referenceFile.ts";
import type { WatchedModel } from "../../../monitoring/profileFiles.ts";
import { imagesAt, type ImagesAtOptions, imagesOfDataset, type KnownImage } from "./imagesAt.ts";
import { profileAll, sampled } from "./profiling.ts";

/** The name under which a run's own reference is looked for. */
const REFERENCE = "reference.json";

/** Where the images are that the model is known to do well on. */
export interface ReferencePlace {
  /** A reference that was kept; in its place, images. */
  file?: string;
  images?: { source: string; all: KnownImage[] };
}

/** How the training read its labels; strings, as config.json has them. */
const Reading = z.object({
  coordinates: z.enum(["labelimg", "voc", "zero-based"]).optional().catch(undefined),
  images: z.string().optional().catch(undefined),
  orphans: z.enum(["refuse", "drop"]).optional().catch(undefined),
});

/**
 * What current images are compared with: what was asked for, else what the run keeps, else the images of its training.
 *
 * @throws AnchorkitError if the data of the training is not there any more, or is not known
 */
export async function referencePlace(asked: string | undefined, options: ImagesAtOptions): Promise<ReferencePlace> {
  const { run } = options;
  const { isReference } = await import("../../../monitoring/referenceFile.ts");
  if (asked !== undefined) {
    if (await isReference(asked)) return { file: asked };
    return { images: { source: asked, all: await imagesAt(asked, options) } };
  }
  const kept = join(run.path, REFERENCE);
  if (await isReference(kept)) return { file: kept };
  const config = existsSync(run.config) ? await run.readConfig() : {};
  if (config.data === undefined) {
    throw new AnchorkitError(`${run.path}: does not say what it was trained on: give --reference with the data set`);
  }
  if (!existsSync(config.data)) {
    throw new AnchorkitError(
      `${config.data}: the data that ${run.path} was trained on is not there: give --reference with the data set, or a file that --save-reference wrote`,
    );
  }
  const { coordinates, images, orphans } = Reading.parse(config);
  const reading = {
    ...(coordinates && { coordinates }),
    ...(images !== undefined && { images }),
    ...(orphans && { orphans }),
  };
  return { images: { source: config.data, all: await imagesOfDataset(config.data, { ...options, ...reading }) } };
}

/** The profiles of a reference: as they were kept, or of so many of its images. */
export async function profileReference(
  { file, images }: ReferencePlace,
  model: WatchedModel,
  { most, seed }: { most: number; seed: number },
): Promise<Reference> {
  const weights = model.description.weights?.sha256 ?? "";
  if (file !== undefined || !images) {
    const { readReference } = await import("../../../monitoring/referenceFile.ts");
    return readReference(file ?? "", weights);
  }
  const chosen = sampled(images.all, most, seed);
  const { profiles, broken } = await profileAll(model, chosen, "looking at the reference");
  if (broken.length > 0) {
    process.stderr.write(`warning: ${countOf(broken.length, "image")} of the reference could not be read\n`);
  }
  return { weights, source: images.source, profiles };
}
