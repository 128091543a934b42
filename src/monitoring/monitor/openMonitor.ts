import { createHash } from "node:crypto";
import { lockFolder } from "../../base/lock.ts";
import { messageOf } from "../../base/errors.ts";
import { requireWritable } from "../../base/output/requireWritable.ts";
import { Random } from "../../base/random.ts";
import type { DecodedImage } from "../../data/images/images.ts";
import { maskArea } from "../../geometry/masks/maskExtent.ts";
import type { Rle } from "../../geometry/masks/rle.ts";
import { knownOptions } from "../../geometry/knownOptions.ts";
import { appearanceOf } from "../appearance.ts";
import type { Said } from "../profile.ts";
import { type Answers, saidOf, type WatchedDescriptions, type WatchedKind } from "../said.ts";
import { Keeper } from "./keeper.ts";
import { losslessPng } from "./losslessPng.ts";
import type { ImageForm } from "./imageForms.ts";
import { MonitorFolder, type MonitorSettings } from "./monitorFolder.ts";
import { Reservoir } from "./reservoir.ts";
import { type KeptFile, withoutMetadata } from "./withoutMetadata.ts";

/** What a model said, as servers have it. */
export type ObservedAnswer =
  | { kind: "detection"; detections: Answers["detection"]["detections"] }
  | { kind: "classification"; probabilities: ArrayLike<number> }
  | { kind: "segmentation"; regions: readonly { class: number; score: number; mask: Rle }[] }
  | { kind: "reading"; text: string; confidence: number };

/** An image and what was answered. */
export interface Observed {
  /** The file as it came; undefined where there was none. */
  encoded?: Uint8Array | undefined;
  /** At the size that it has on the model's canvas. */
  image: DecodedImage;
  answer: ObservedAnswer;
}

/** The model that is watched: its weights, and what decides how its answers are read. */
export interface MonitoredModel {
  kind: WatchedKind;
  description: WatchedDescriptions[WatchedKind] & { weights?: { sha256: string } | undefined };
}

export interface MonitorOptions {
  /**
   * What is kept of the images: `small` (default), the pixels that the model saw, losslessly; `original`, the file as it came
   * without its metadata; `none`, numbers alone.
   */
  images?: ImageForm;
  /** Inputs that are kept of an hour at most, drawn at random from all of it; 60 unless told. */
  perHour?: number;
  /** Inputs that are kept in all; 5,000 unless told. The oldest go first. */
  most?: number;
  /** Days after which an input is removed; 30 unless told. */
  days?: number;
  /** Bytes of images, and of numbers, at most; 10^9 unless told. The oldest go first. */
  mostBytes?: number;
  /** Which inputs are drawn. */
  random?: Random;
  /** What o'clock it is, in milliseconds. */
  now?: () => number;
  /** Hears of what could not be kept, such as on a full disk: once, until something can be kept again. */
  onProblem?: (message: string) => void;
}

/** What watches the inputs of one model. */
export interface Monitor {
  /** Returns soon and never throws: what is to be kept is written later. Of what comes faster than that some is left out. */
  observe(observed: Observed): void;
  /** Resolves when what waits has been written. */
  flush(): Promise<void>;
  /** Writes what waits, and lets others write to the folder. */
  close(): Promise<void>;
}

const OPTIONS = {
  ...({ images: true, perHour: true, most: true, days: true, mostBytes: true } as const),
  ...({ random: true, now: true, onProblem: true } as const),
};

/** Inputs that wait to be written, at most: each holds its image. */
const MOST_WAITING = 8;
const HOUR = 3_600_000;

/**
 * Keeps a rolling sample of what a model is asked and says, for `detect drift --against`: see docs/monitoring.md for what is
 * kept, and for how long. One process and one model at a time write to a folder.
 *
 * @throws AnchorkitError if another process writes there, or nobody can; for options that make no sense
 */
export async function openMonitor(path: string, model: MonitoredModel, options: MonitorOptions = {}): Promise<Monitor> {
  knownOptions("openMonitor", options, OPTIONS);
  const { images = "small", perHour = 60, most = 5000, days = 30, mostBytes = 1e9 } = options;
  for (const [name, value] of Object.entries({ perHour, most, days, mostBytes })) {
    if (!(value > 0)) throw new RangeError(`openMonitor: ${name} must be above 0, got ${value}`);
  }
  const { now = Date.now, random = new Random(`${Date.now()} ${process.pid}`) } = options;
  await requireWritable(path);
  const release = await lockFolder(path, "another server");
  try {
    const settings: MonitorSettings = {
      ...{ format: "anchorkit-monitor", version: 1, images },
      ...{ perHour, most, days, mostBytes },
    };
    const keeper = await Keeper.open(new MonitorFolder(path), settings, model.description.weights?.sha256 ?? "", now);
    return watching(model, { keeper, images, perHour, random, now, onProblem: options.onProblem, release });
  } catch (error) {
    await release();
    throw error;
  }
}

interface Watching {
  keeper: Keeper;
  images: ImageForm;
  perHour: number;
  random: Random;
  now: () => number;
  onProblem: ((message: string) => void) | undefined;
  release: () => Promise<void>;
}

function watching(
  model: MonitoredModel,
  { keeper, images, perHour, random, now, onProblem, release }: Watching,
): Monitor {
  let hour = NaN;
  let reservoir = new Reservoir(perHour, random);
  let waiting = 0;
  let last: Promise<void> = Promise.resolve();
  let [closed, broken] = [false, false];
  const keep = async (observed: Observed, said: Said, id: string, time: number): Promise<void> => {
    try {
      await keeper.keep(recordOf(observed, said, id, time), () => imageFileOf(observed, images));
      broken = false;
    } catch (error) {
      if (!broken) onProblem?.(`${keeper.path}: an input could not be kept: ${messageOf(error)}`);
      broken = true;
    } finally {
      waiting--;
    }
  };
  return {
    observe(observed) {
      const time = now();
      const current = Math.floor(time / HOUR);
      if (current !== hour) [hour, reservoir] = [current, new Reservoir(perHour, random)];
      const place = reservoir.place();
      if (closed || place === undefined || waiting >= MOST_WAITING) return;
      const id = `${new Date(hour * HOUR).toISOString().slice(0, 13)}/${keeper.weights.slice(0, 8)}/${place}`;
      try {
        const said = readAnswer(model, observed);
        waiting++;
        last = last.then(() => keep(observed, said, id, time));
      } catch (error) {
        onProblem?.(`${keeper.path}: an answer could not be read: ${messageOf(error)}`);
      }
    },
    flush: () => last,
    async close() {
      closed = true;
      await last;
      await release();
    },
  };
}

function readAnswer({ kind, description }: MonitoredModel, { answer, image }: Observed): Said {
  if (answer.kind !== kind) throw new Error(`is for ${answer.kind}, and the model for ${kind}`);
  const size = { width: image.originalWidth, height: image.originalHeight };
  if (answer.kind !== "segmentation") return saidOf(kind, description, answer, size);
  const regions = answer.regions.map((region) => ({ ...region, area: maskArea(region.mask) }));
  return saidOf("segmentation", description, { regions }, size);
}

function recordOf({ encoded, image }: Observed, said: Said, id: string, time: number) {
  const sha256 = createHash("sha256")
    .update(encoded ?? image.data)
    .digest("hex");
  return {
    ...{ id, time: new Date(time).toISOString(), sha256 },
    ...{ width: image.originalWidth, height: image.originalHeight },
    ...appearanceOf(image.data, image),
    ...said,
  };
}

async function imageFileOf({ encoded, image }: Observed, images: ImageForm): Promise<KeptFile | undefined> {
  if (images === "none") return undefined;
  if (images === "original" && encoded) return withoutMetadata(encoded);
  return { bytes: await losslessPng(image.data, image), extension: "png" };
}
