import type { AnchorkitError } from "../../base/errors.ts";
import { count, countOf } from "../../base/words.ts";
import { Progress } from "../progress.ts";
import type { ImageFile } from "./imageFiles.ts";

/** A file that could not be read, and why. */
export interface BrokenFile {
  file: string;
  error: string;
}

interface PredictAll<Found> {
  /** What the progress line says is done. */
  doing: string;
  /** What a file is called. */
  noun?: string;
  each: (found: Found, image: ImageFile, number: number) => void | Promise<void>;
}

/**
 * Goes through what a model says of the files, in their order, with a progress line; those that could not be read are
 * said at once, and answered.
 */
export async function predictAll<Found extends { file: string }>(
  predictions: AsyncIterable<Found | { file: string; error: AnchorkitError }>,
  files: readonly ImageFile[],
  { doing, noun = "image", each }: PredictAll<Found>,
): Promise<BrokenFile[]> {
  const progress = new Progress(doing);
  const broken: BrokenFile[] = [];
  const started = performance.now();
  try {
    let done = 0;
    for await (const prediction of predictions) {
      const image = files[done++];
      if ("error" in prediction) {
        progress.log(prediction.error.message);
        broken.push({ file: prediction.file, error: prediction.error.message });
      } else if (image !== undefined) await each(prediction, image, done);
      const elapsed = (performance.now() - started) / 1000;
      const remaining = (elapsed / done) * (files.length - done);
      progress.update({ fraction: done / files.length, text: `${(done / elapsed).toFixed(1)} ${noun}s/s`, remaining });
    }
  } finally {
    progress.stop();
  }
  return broken;
}

/** Where files could not be read: says how many, and fails. */
export function endWith(broken: number, files: readonly ImageFile[], noun = "image"): void {
  if (broken === 0) return;
  process.stderr.write(`${count(broken)} of ${countOf(files.length, noun)} could not be read\n`);
  process.exitCode = 1;
}
