import { basename, dirname, relative, resolve } from "node:path";
import { AnchorkitError, UsageError } from "../../base/errors.ts";
import type { ImageRecord } from "../dataset.ts";
import { posixPath } from "../files.ts";
import { groupNearDuplicates } from "../duplicates/nearDuplicates.ts";

/** What keeps images together. */
export interface GroupingOptions {
  /**
   * A field of the images, or a regular expression on the file name (on the path, if it has a slash in it): images with
   * the same value, match or, where it has parentheses, first group belong together. Those without one stand alone.
   */
  group?: string;
  /** The `perceptualHash` of each image: near-duplicates belong together. */
  hashes?: readonly string[];
  /** Further pairs that belong together, by their places: `croppedCopies`. */
  pairs?: readonly { a: number; b: number }[];
}

/**
 * Groups of images that belong together: lists of places, each in order, ordered by their first. Each image is in
 * exactly one, most of them alone. Groups that share an image by different reasons are one.
 *
 * @throws UsageError when `group` is no regular expression; AnchorkitError when it is no field, and matches no name
 */
export function groupImages(
  images: readonly ImageRecord[],
  { group, hashes, pairs = [] }: GroupingOptions,
): number[][] {
  const parents = images.map((_, i) => i);
  const rootOf = (i: number): number => {
    let root = i;
    while (parents[root] !== root) root = parents[root] ?? root;
    parents[i] = root;
    return root;
  };
  const join = (a: number, b: number): void => {
    const [first, second] = [rootOf(a), rootOf(b)];
    parents[Math.max(first, second)] = Math.min(first, second);
  };
  if (group !== undefined) {
    const firstWith = new Map<string, number>();
    for (const [i, key] of groupKeys(images, group).entries()) {
      if (key === undefined) continue;
      const first = firstWith.get(key);
      if (first === undefined) firstWith.set(key, i);
      else join(first, i);
    }
  }
  for (const [first = 0, ...others] of groupNearDuplicates(hashes ?? [])) {
    for (const other of others) join(first, other);
  }
  for (const { a, b } of pairs) join(a, b);
  const groups = new Map<number, number[]>();
  for (const i of images.keys()) {
    const root = rootOf(i);
    const members = groups.get(root);
    if (members) members.push(i);
    else groups.set(root, [i]);
  }
  return [...groups.values()];
}

function groupKeys(images: readonly ImageRecord[], group: string): (string | undefined)[] {
  const fields = new Set(images.flatMap((image) => Object.keys(image.fields ?? {})));
  if (fields.has(group)) {
    return images.map(({ fields: own }) => (own && Object.hasOwn(own, group) ? String(own[group]) : undefined));
  }
  const pattern = patternOf(group);
  const names = namesOf(images, group.includes("/"));
  const keys = names.map((name) => {
    const match = pattern.exec(name);
    return match ? (match[1] ?? match[0]) : undefined;
  });
  if (keys.every((key) => key === undefined)) {
    const known = fields.size > 0 ? `the fields are ${[...fields].join(", ")}` : "the images have no fields";
    throw new AnchorkitError(
      `group "${group}": is no field of the images (${known}) and matches no name (${names[0]})`,
    );
  }
  return keys;
}

function patternOf(group: string): RegExp {
  try {
    return new RegExp(group, "u");
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^.*: /, "") : "";
    throw new UsageError(`group "${group}": is neither a field nor a regular expression (${reason})`);
  }
}

/** File names; or paths below the folder that holds all images. */
function namesOf(images: readonly ImageRecord[], paths: boolean): string[] {
  const files = images.map(({ file }) => resolve(file));
  if (!paths) return files.map((file) => basename(file));
  let folder = dirname(files[0] ?? ".");
  for (const file of files) while (relative(folder, file).startsWith("..")) folder = dirname(folder);
  return files.map((file) => posixPath(relative(folder, file)));
}
