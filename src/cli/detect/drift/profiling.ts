import { basename } from "node:path";
import { AnchorkitError } from "../../../base/errors.ts";
import { Random } from "../../../base/random.ts";
import { countOf } from "../../../base/words.ts";
import type { Profile } from "../../../monitoring/profile.ts";
import type { WatchedModel } from "../../../monitoring/profileFiles.ts";
import { type BrokenFile, predictAll } from "../predictAll.ts";
import type { KnownImage } from "./imagesAt.ts";

/** So many images at random, in their order; of those that the model was not trained on before others. */
export function sampled(images: readonly KnownImage[], most: number, seed: number): KnownImage[] {
  if (images.length <= most) return [...images];
  const order = new Random(seed).fork("images").shuffle([...images.keys()]);
  const first = order.filter((i) => images[i]?.trained === false).slice(0, most);
  const others = order.filter((i) => images[i]?.trained === true).slice(0, most - first.length);
  return [...first, ...others].sort((a, b) => a - b).map((i) => images[i] as KnownImage);
}

/** Looks at images; those that cannot be read are said at once, and answered. */
export async function profileAll(
  model: WatchedModel,
  images: readonly KnownImage[],
  doing: string,
): Promise<{ profiles: Profile[]; broken: BrokenFile[] }> {
  const { profileFiles } = await import("../../../monitoring/profileFiles.ts");
  const profiles: Profile[] = [];
  const files = images.map(({ file }) => file);
  const broken = await predictAll(profileFiles(model, files), images, {
    doing,
    each({ profile }, { name }, number) {
      profiles.push({ ...profile, name, ...(images[number - 1]?.trained === true && { trained: true }) });
    },
  });
  if (profiles.length === 0) {
    throw new AnchorkitError(
      `none of ${countOf(images.length, "image")} can be read, ${basename(files[0] ?? "")} first`,
    );
  }
  return { profiles, broken };
}
