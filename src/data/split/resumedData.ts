import { AnchorkitError } from "../../base/errors.ts";
import { alignClasses } from "../alignClasses.ts";
import type { Dataset, ImageRecord } from "../dataset.ts";
import { applyManifest } from "./applyManifest.ts";
import { resumedSeries } from "../series/seriesManifest.ts";
import { type Manifest, type ManifestImage, manifestOf } from "./manifest.ts";

/**
 * The data of a training that goes on, as it was begun with: the same splits, its classes and images in the same
 * order.
 *
 * @throws AnchorkitError that says how the data differs from what the training was begun with
 */
export async function resumedData(manifest: Manifest, dataset: Dataset): Promise<Dataset> {
  if (manifest.series) {
    if (!dataset.series)
      throw new AnchorkitError("the data is not what this training was begun with: a series of numbers");
    return { ...dataset, series: resumedSeries(manifest.series, dataset.series) };
  }
  const { dataset: split } = await applyManifest(manifest, dataset);
  const now = await manifestOf(split);
  const pairs = pairsOf(manifest.images, now.images);
  const changes = differences(manifest, now, pairs);
  if (changes.length > 0) {
    throw new AnchorkitError(
      `the data is not what this training was begun with: ${changes.join("; ")}. ` +
        "Give it the data as it was, or begin a new training from the weights of this one",
    );
  }
  const images = manifest.images.map((image) => split.images[pairs.get(image) ?? -1] as ImageRecord);
  return alignClasses({ ...split, images }, manifest.classes ?? split.classes);
}

/** Where each image of the training is in the data now: by its name, else by its bytes. */
function pairsOf(before: readonly ManifestImage[], now: readonly ManifestImage[]): Map<ManifestImage, number> {
  const pairs = new Map<ManifestImage, number>();
  const taken = new Set<number>();
  const pair = (sameAs: (a: ManifestImage) => string | undefined): void => {
    const places = new Map<string, number>();
    now.forEach((image, i) => {
      const key = sameAs(image);
      if (key !== undefined && !taken.has(i) && !places.has(key)) places.set(key, i);
    });
    for (const image of before) {
      const key = sameAs(image);
      const at = key === undefined || pairs.has(image) ? undefined : places.get(key);
      if (at === undefined || taken.has(at)) continue;
      pairs.set(image, at);
      taken.add(at);
    }
  };
  pair(({ name, crop = [], frames = "" }) => `${name} ${crop.join(",")} ${frames}`);
  pair(({ sha256, crop = [] }) => sha256 && `${sha256} ${crop.join(",")}`);
  return pairs;
}

function otherClasses(were: readonly string[], are: readonly string[]): string {
  const gone = were.filter((name) => !are.includes(name));
  const fresh = are.filter((name) => !were.includes(name));
  const parts = [
    ...(fresh.length > 0 ? [`new: ${listed(fresh)}`] : []),
    ...(gone.length > 0 ? [`gone: ${listed(gone)}`] : []),
  ];
  return `its classes were ${listed(were)}, and are ${listed(are)} (${parts.join("; ") || "one is there twice"})`;
}

/** Names, cut after a dozen. */
function listed(names: readonly string[]): string {
  const more = names.length > 12 ? ` and ${names.length - 12} more` : "";
  return `${names.slice(0, 12).join(", ")}${more}`;
}

/** How data differs from what it was, but for the order of images and classes; a run of old tells little of it. */
function differences(before: Manifest, now: Manifest, pairs: ReadonlyMap<ManifestImage, number>): string[] {
  const [were, are] = [before.classes, now.classes];
  const lines: string[] = [];
  if (were && are && [...were].sort().join("\n") !== [...are].sort().join("\n")) lines.push(otherClasses(were, are));
  const note = (images: readonly ManifestImage[], what: string): void => {
    if (images.length === 0) return;
    const shown = images.slice(0, 3).map(({ name }) => name);
    const list = images.length > shown.length ? [...shown, "…"] : shown;
    lines.push(`${images.length} ${images.length === 1 ? "image" : "images"} ${what} (${list.join(", ")})`);
  };
  const paired = new Set(pairs.values());
  const changed = (key: "sha256" | "labels" | "outlines" | "split"): ManifestImage[] =>
    before.images.filter((image) => {
      const at = pairs.get(image);
      return at !== undefined && image[key] !== undefined && image[key] !== now.images[at]?.[key];
    });
  note(
    before.images.filter((image) => !pairs.has(image)),
    "missing",
  );
  note(
    now.images.filter((_, i) => !paired.has(i)),
    "that it did not have",
  );
  note(changed("sha256"), "with other pixels");
  note(changed("labels"), "with other labels");
  note(changed("outlines"), "with other outlines");
  note(changed("split"), "in another split");
  return lines;
}
