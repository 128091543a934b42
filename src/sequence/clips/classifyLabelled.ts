import type { Size } from "../../base/preprocessing.ts";
import type { RunStep } from "../../engine/graph/step.ts";
import type { Frame, ImageRecord } from "../../data/dataset.ts";
import { classifyClips, type ClassifyOptions, type FrameReader } from "./classifyClips.ts";

/** A labelled clip, or a labelled frame of one, and what a classifier says of it. */
export interface LabelledClip {
  /** The folder or file of the clip, or the file of the frame. */
  file: string;
  /** Those of the clip, or the one frame. */
  frames: readonly Frame[];
  /** Pixels of a frame. */
  size: Size;
  /** The class, alone. */
  labels: readonly number[];
  /** Of each class, 0 to 1. */
  probabilities: Float32Array;
}

/**
 * Runs a classifier over labelled clips, in their order: an answer for each clip, or for each frame with a label.
 *
 * @throws AnchorkitError for a clip that cannot be read
 */
export async function classifyLabelled(
  run: RunStep,
  clips: readonly ImageRecord[],
  reader: FrameReader,
  options: ClassifyOptions,
): Promise<LabelledClip[]> {
  const found: LabelledClip[] = [];
  let at = 0;
  for await (const answer of classifyClips(run, clips, reader, options)) {
    const { file, frames = [], width, height, labels = [] } = clips[at++] as ImageRecord;
    if ("error" in answer) throw answer.error;
    const size = { width, height };
    if (!options.perFrame) found.push({ file, frames, size, labels, probabilities: answer.probabilities });
    for (const [i, probabilities] of (answer.frames ?? []).entries()) {
      const frame = frames[i];
      if (frame?.label === undefined) continue;
      found.push({ file: frame.file, frames: [frame], size, labels: [frame.label], probabilities });
    }
  }
  return found;
}
