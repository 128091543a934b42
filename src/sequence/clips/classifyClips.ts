import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../../base/errors.ts";
import { placeOnCanvas, type Preprocessing } from "../../base/preprocessing.ts";
import { packBytes } from "../../core/ops/bytes.ts";
import { framesOfClip, type Sampling, windowsOver } from "../../data/batches/clipWindows.ts";
import type { ImageRecord } from "../../data/dataset.ts";
import { chunksOf } from "../../data/images/fittedFiles.ts";
import type { ImageStore } from "../../data/images/imageStore.ts";
import { pasteImage } from "../../data/images/pasteImage.ts";
import { prefetch } from "../../data/prefetch.ts";
import type { NamedTensors, RunStep } from "../../engine/graph/step.ts";

/** What a classifier says of a clip. */
export interface ClipClassification {
  /** Of each class, 0 to 1; of a model with a class for each frame, the mean over them. */
  probabilities: Float32Array;
  /** Of each class at each frame, of models that tell these. */
  frames?: Float32Array[];
}

/** Where the frames of clips come from. */
export interface FrameReader {
  /** Frames of a clip, whatever `feed` takes; the next ones are read while some run. */
  read(clip: number, places: readonly number[]): Promise<unknown[]>;
  /** What the step is fed of the frames of so many clips, padded to `frames` each, beside the mask. */
  feed(clips: readonly (readonly unknown[])[]): NamedTensors;
}

export interface ClassifyOptions {
  /** Clips that run at once, and frames of each. */
  batch: number;
  frames: number;
  sampling: Sampling;
  perFrame: boolean;
}

/** Frames that the step looks at at once. */
interface Look {
  clip: number;
  places: number[];
  /** How many of the first have been looked at before. */
  seen: number;
}

/** Chunks of clips that are read ahead. */
const CHUNKS_AHEAD = 3;

/**
 * What a classifier says of clips, in their order. Of a long clip it sees the frames that stand for it; with a class for
 * each frame, all of them, by windows. A clip that cannot be read gives its error, and does not end the rest.
 */
export async function* classifyClips(
  run: RunStep,
  clips: readonly Pick<ImageRecord, "frames">[],
  reader: FrameReader,
  { batch, frames, sampling, perFrame }: ClassifyOptions,
): AsyncGenerator<ClipClassification | { error: AnchorkitError }, undefined> {
  const looks = clips.flatMap(({ frames: all = [] }, clip): Look[] => {
    if (perFrame) return windowsOver(all.length, frames).map((window) => ({ clip, ...window }));
    return [{ clip, places: framesOfClip(all.length, frames, sampling, 0.5), seen: 0 }];
  });
  const read = (chunk: readonly Look[]) =>
    Promise.all(
      chunk.map(async (look) => {
        try {
          return { ...look, read: await reader.read(look.clip, look.places) };
        } catch (error) {
          if (error instanceof AnchorkitError) return { ...look, read: error };
          throw error;
        }
      }),
    );
  let done: Float32Array[] | AnchorkitError = [];
  let at = 0;
  for await (const chunk of prefetch(chunksOf(looks, batch), CHUNKS_AHEAD, read)) {
    const readable = chunk.flatMap((look) =>
      look.read instanceof AnchorkitError ? [] : [{ ...look, read: look.read }],
    );
    const answers = readable.length === 0 ? [] : await answersTo(run, readable, reader, { batch, frames, perFrame });
    for (const { clip, places, seen, read: found } of chunk) {
      if (clip !== at) {
        yield concluded(done);
        [done, at] = [[], clip];
      }
      const own = found instanceof AnchorkitError ? [] : (answers.shift() ?? []);
      if (found instanceof AnchorkitError) done = found;
      else if (!(done instanceof AnchorkitError)) done.push(...own.slice(seen, perFrame ? places.length : 1));
    }
  }
  if (clips.length > 0) yield concluded(done);

  function concluded(rows: readonly Float32Array[] | AnchorkitError): ClipClassification | { error: AnchorkitError } {
    if (rows instanceof AnchorkitError) return { error: rows };
    const [first = new Float32Array()] = rows;
    if (!perFrame) return { probabilities: first };
    const mean = first.map((_, k) => rows.reduce((sum, row) => sum + (row[k] ?? 0), 0) / rows.length);
    return { probabilities: mean, frames: [...rows] };
  }
}

/** For each clip, a row of probabilities, or one for each frame. */
async function answersTo(
  run: RunStep,
  looks: readonly { places: number[]; read: unknown[] }[],
  reader: FrameReader,
  { batch, frames, perFrame }: Omit<ClassifyOptions, "sampling">,
): Promise<Float32Array[][]> {
  const counts = new Float32Array(batch * frames);
  looks.forEach(({ places }, slot) => counts.fill(1, slot * frames, slot * frames + places.length));
  const inputs = { ...reader.feed(looks.map(({ read }) => read)), mask: tf.tensor2d(counts, [batch, frames]) };
  const outputs = await run(inputs);
  const probabilities = (outputs.probabilities as tf.Tensor).dataSync<"float32">();
  tf.dispose([inputs, outputs]);
  const rows = perFrame ? frames : 1;
  const classes = probabilities.length / (batch * rows);
  return looks.map((_, slot) =>
    Array.from({ length: rows }, (__, i) => {
      const begin = (slot * rows + i) * classes;
      return probabilities.slice(begin, begin + classes);
    }),
  );
}

/** Frames as packed images on the canvas. @param starts where those of each clip begin in the store */
export function imageReader(
  store: ImageStore,
  starts: readonly number[],
  preprocessing: Preprocessing,
  { batch, frames }: Pick<ClassifyOptions, "batch" | "frames">,
): FrameReader {
  const { canvas, fill } = preprocessing;
  return {
    read: (clip, places) => Promise.all(places.map((place) => placed((starts[clip] ?? 0) + place))),
    feed(clips) {
      const pixels = new Uint8Array(batch * frames * canvas.height * canvas.width * 3).fill(fill);
      clips.forEach((own, slot) => {
        (own as PlacedImage[]).forEach(({ image, left, top }, i) => {
          pasteImage(pixels, slot * frames + i, canvas, image, left, top);
        });
      });
      return { images: packBytes(pixels) };
    },
  };

  async function placed(index: number): Promise<PlacedImage> {
    const { offsetX: left, offsetY: top } = placeOnCanvas(store.record(index), preprocessing);
    return { image: await store.get(index), left, top };
  }
}

interface PlacedImage {
  image: Awaited<ReturnType<ImageStore["get"]>>;
  left: number;
  top: number;
}
