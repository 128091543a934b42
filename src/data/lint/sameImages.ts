import { stat } from "node:fs/promises";
import { AnchorkitError } from "../../base/errors.ts";
import { croppedCopies } from "../duplicates/croppedCopies.ts";
import type { Dataset, ImageRecord } from "../dataset.ts";
import { groupBy, shownPath } from "../files.ts";
import { decodeFrame, flatFrames, frameName } from "../images/clipFrames.ts";
import { recordHash } from "../images/fileHash.ts";
import { nearDuplicates } from "../duplicates/nearDuplicates.ts";
import { mapParallel } from "../parallel.ts";
import { type Look, lookOf } from "../duplicates/perceptualHash.ts";
import { groupImages } from "../split/imageGroups.ts";
import type { Findings } from "./findings.ts";

/** Where the greys of an image in small differ by no more, nobody sees anything on it. */
const BLANK_LEVELS = 4;

/**
 * Images that are there several times, byte for byte, and those of them whose labels as wholes differ. Only files of the same length are read.
 *
 * @returns for each image that is a copy, the first of its kind
 */
export async function findCopies(
  { images, classes }: Dataset,
  findings: Findings,
): Promise<ReadonlyMap<ImageRecord, ImageRecord>> {
  const lengths = await mapParallel(images, 16, async ({ file, frames = [] }) => {
    return (await stat(frames[0]?.file ?? file)).size + frames.length;
  });
  const sizes = new Map(images.map((image, i) => [image, lengths[i] ?? 0]));
  const suspects = [...groupBy(images, (image) => String(sizes.get(image))).values()].filter(
    ({ length }) => length > 1,
  );
  const hashes = await mapParallel(suspects.flat(), 4, async (image) => ({ image, hash: await recordHash(image) }));
  const copies = new Map<ImageRecord, ImageRecord>();
  for (const group of groupBy(hashes, ({ hash }) => hash).values()) {
    const [first, ...others] = group.map(({ image }) => image);
    if (!first) continue;
    for (const image of others) {
      copies.set(image, first);
      const leaks = image.split !== undefined && first.split !== undefined && image.split !== first.split;
      const labels = labelsOf(image) === labelsOf(first) ? "with the same labels" : "with other labels";
      if (leaks)
        findings.add("leak", image, {
          detail: `${image.split ?? ""}; ${shownPath(first.file)} is in ${first.split ?? ""}`,
        });
      else findings.add("same-image", image, { detail: `is ${shownPath(first.file)}, ${labels}` });
      if (haveOtherLabels(image, first)) findings.add("two-labels", image, { detail: contrast(image, first, classes) });
    }
  }
  return copies;
}

/**
 * Decodes every image: tells of those that cannot be decoded or show nothing, of groups that look alike, and of pairs
 * that look alike in different splits, or with different labels as wholes.
 */
export async function lookAtPixels(
  { images, classes }: Dataset,
  copies: ReadonlyMap<ImageRecord, ImageRecord>,
  findings: Findings,
): Promise<void> {
  await decodeFrames(
    images.filter((image) => image.frames),
    findings,
  );
  const distinct = images.filter((image) => !copies.has(image) && !image.frames);
  const hashed = await mapParallel(distinct, 4, async (image) => {
    try {
      return { image, look: await lookOf(image.file) };
    } catch (error) {
      if (!(error instanceof AnchorkitError)) throw error;
      return { image, error };
    }
  });
  for (const { image, error } of hashed) {
    const name = shownPath(image.file);
    if (error) findings.add("damaged-image", name, { detail: error.message.replace(`${name}: `, "") });
  }
  const decoded = hashed.filter((entry) => entry.look !== undefined);
  const seen = decoded.filter(({ image, look }) => !isBlank(image, look, findings));
  const looks = seen.map(({ look }) => look);
  const hashes = looks.map(({ hash }) => hash);
  const pairs = croppedCopies(looks);
  const fileOf = (i: number): string => shownPath(seen[i]?.image.file ?? "");
  const groups = groupImages(
    seen.map(({ image }) => image),
    { hashes, pairs },
  );
  for (const [first = 0, ...others] of groups) {
    if (others.length === 0) continue;
    findings.add("near-duplicate", fileOf(first), { detail: `like ${others.map(fileOf).join(", ")}` });
  }
  for (const { a, b } of [...nearDuplicates(hashes), ...pairs]) {
    const [first, second] = [seen[a]?.image, seen[b]?.image];
    if (first && second && haveOtherLabels(first, second)) {
      findings.add("alike-two-labels", second, { detail: contrast(second, first, classes) });
    }
    const [one, other] = [first?.split, second?.split];
    if (one === undefined || other === undefined || one === other) continue;
    findings.add("near-leak", fileOf(b), { detail: `${other}; looks like ${fileOf(a)} in ${one}` });
  }
}

function haveOtherLabels({ labels: one }: ImageRecord, { labels: other }: ImageRecord): boolean {
  return one !== undefined && other !== undefined && [...one].sort().join() !== [...other].sort().join();
}

/** `"dog"; a.jpg is "cat"` */
function contrast(image: ImageRecord, first: ImageRecord, classes: readonly string[]): string {
  const names = ({ labels = [] }: ImageRecord): string =>
    labels.length === 0 ? "without a label" : labels.map((label) => `"${classes[label] ?? ""}"`).join(", ");
  return `${names(image)}; ${shownPath(first.file)} is ${names(first)}`;
}

/** Frames of clips are decoded, and not compared: those of one clip are alike. */
async function decodeFrames(clips: readonly ImageRecord[], findings: Findings): Promise<void> {
  const broken = await mapParallel(flatFrames(clips).records, 4, async (record) => {
    try {
      await decodeFrame(record.frame, record, record);
      return undefined;
    } catch (error) {
      if (error instanceof AnchorkitError) return { name: frameName(record.frame), message: error.message };
      throw error;
    }
  });
  for (const one of broken) {
    if (one) findings.add("damaged-image", one.name, { detail: one.message.replace(`${one.name}: `, "") });
  }
}

function isBlank(image: ImageRecord, { grey }: Look, findings: Findings): boolean {
  const [darkest, lightest] = [Math.min(...grey), Math.max(...grey)];
  if (lightest - darkest > BLANK_LEVELS) return false;
  findings.add("blank-image", shownPath(image.file), { detail: `greys from ${darkest} to ${lightest} of 255` });
  return true;
}

/** An image's labels as text, the same for the same boxes in another order. */
function labelsOf({ objects, labels = [] }: ImageRecord): string {
  const boxes = objects.map((object) => `${object.class} ${object.box.join(" ")}`);
  return [...boxes, ...labels.map(String)].sort().join("\n");
}
