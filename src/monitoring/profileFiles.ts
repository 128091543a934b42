import type { AnchorkitError } from "../base/errors.ts";
import type { Size } from "../base/preprocessing.ts";
import type { Classifier } from "../classification/classifier.ts";
import type { Detector } from "../detection/detector.ts";
import type { Segmenter } from "../segmentation/segmenter.ts";
import type { TextReader } from "../sequence/reading/textReader.ts";
import { appearanceOf } from "./appearance.ts";
import type { Profile } from "./profile.ts";
import { type Answers, regionsOf, saidOf, type WatchedDescriptions, type WatchedKind } from "./said.ts";

/** A trained model that looks at single images. */
export type WatchedModel = Detector | Classifier | Segmenter | TextReader;

/** An image file and its profile, or why it could not be read. */
export type FileProfile = { file: string; profile: Omit<Profile, "name"> } | { file: string; error: AnchorkitError };

/** Profiles of image files, in their order. A file that cannot be read gives its error and does not end the rest. */
export async function* profileFiles(model: WatchedModel, files: readonly string[]): AsyncGenerator<FileProfile> {
  const answers = answersOf(model, files);
  for await (const seen of model.embedFiles(files)) {
    const next = await answers.next();
    if (next.done === true) throw new Error("profileFiles: there are fewer answers than images");
    const said = next.value;
    if ("error" in seen) yield seen;
    else if ("error" in said) yield said;
    else {
      const { file, size, image, embedding } = seen;
      const { kind, description } = model;
      const own = saidOf(kind, description as WatchedDescriptions[WatchedKind], said as Answers[WatchedKind], size);
      yield { file, profile: { ...size, ...appearanceOf(image.pixels, image), ...own, file, embedding } };
    }
  }
}

type Answered = (Answers[WatchedKind] & { size: Size }) | { file: string; error: AnchorkitError };

function answersOf(model: WatchedModel, files: readonly string[]): AsyncGenerator<Answered> {
  return model.kind === "segmentation" ? segmented(model, files) : model.predictFiles(files);
}

async function* segmented(model: Segmenter, files: readonly string[]): AsyncGenerator<Answered> {
  for await (const one of model.predictFiles(files)) {
    yield "error" in one ? one : { size: one.size, regions: regionsOf(one.labels, one.scores) };
  }
}
