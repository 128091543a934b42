import { AnchorkitError } from "../../base/errors.ts";
import { countOf } from "../../base/words.ts";
import type { Dataset, Frame, ImageRecord } from "../../data/dataset.ts";
import type { ClipOptions } from "./options.ts";

/** A data set as a classifier of clips learns it. */
export interface ClipsData {
  /** All of its images are clips with one label, or with labels of frames. */
  dataset: Dataset;
  /** A class for each frame. */
  perFrame: boolean;
  /** What was left out, a line each. */
  notes: string[];
}

/**
 * The clips that a classifier learns from and is measured on. With a class for each frame, clips that have one as a whole
 * have it in all frames; with one for the clip, each stretch of frames of one class is a clip by itself.
 *
 * @param perFrame what the model says that goes on; otherwise, by the data
 * @throws AnchorkitError where nothing is left
 */
export function clipsData(
  given: Dataset,
  { perFrame = "auto" }: { perFrame?: ClipOptions["perFrame"] | boolean } = {},
): ClipsData {
  const clips = given.images.filter(({ frames = [] }) => frames.length > 0);
  if (clips.length === 0) {
    throw new AnchorkitError(
      `none of ${countOf(given.images.length, "image")} is a clip: a clip is a folder of frames, or an animated GIF or WebP file, in a folder of its class`,
    );
  }
  const areLabelled = clips.some(({ frames }) => frames?.some(({ label }) => label !== undefined));
  const each = perFrame === "auto" ? areLabelled : perFrame === true || perFrame === "yes";
  const labelled = each ? clips.map(withLabelledFrames) : clips.flatMap(stretchesOf);
  const kept = labelled.filter(({ labels = [] }) => (each ? labels.length > 0 : labels.length === 1));
  if (kept.length === 0) throw new AnchorkitError(`none of ${countOf(clips.length, "clip")} has a class`);
  const others = given.images.length - clips.length;
  const without = labelled.length - kept.length;
  const notes = [
    ...(others > 0 ? [`${countOf(others, "image")} among the clips: left out`] : []),
    ...(without > 0 ? [`${countOf(without, "clip")} without a class, or with several: left out`] : []),
  ];
  return { dataset: { ...given, images: kept }, perFrame: each, notes };
}

function withLabelledFrames(clip: ImageRecord): ImageRecord {
  const { frames = [], labels: [whole, ...others] = [] } = clip;
  if (whole === undefined || others.length > 0 || frames.some(({ label }) => label !== undefined)) return clip;
  return { ...clip, frames: frames.map((frame) => ({ ...frame, label: whole })) };
}

/** A clip whose frames have classes as one clip for each stretch of a class. */
function stretchesOf(clip: ImageRecord): ImageRecord[] {
  const { frames = [] } = clip;
  if (frames.every(({ label }) => label === undefined)) return [clip];
  const stretches: Frame[][] = [];
  for (const [i, frame] of frames.entries()) {
    if (frame.label === undefined) continue;
    if (frames[i - 1]?.label === frame.label) stretches.at(-1)?.push(frame);
    else stretches.push([frame]);
  }
  return stretches.map((own) => {
    const labels = own.slice(0, 1).flatMap(({ label }) => (label === undefined ? [] : [label]));
    return { ...clip, labels, frames: own.map(({ label: _, ...frame }) => frame) };
  });
}
