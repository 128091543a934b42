import type { AnchorkitError } from "../../base/errors.ts";
import type { Size } from "../../base/preprocessing.ts";
import { namedClasses } from "../../classification/namedClasses.ts";
import type { Dataset, ImageRecord } from "../../data/dataset.ts";
import { countingScores } from "../../detection/thresholds.ts";
import { instancesOf } from "../../segmentation/instances/instancesOf.ts";
import type { WatchedModel } from "../profileFiles.ts";
import type { NextImage } from "./chooseNext.ts";

/** What a model proposes as the labels of an image: to be corrected, and not to be trusted. */
type Proposal = Pick<ImageRecord, "objects" | "labels" | "text">;

/**
 * Images and what a model says of them as a data set: boxes or masks with their `score`, labels, or a text. Why an image was
 * chosen stands in its fields `why`, `uncertainty` and `unlikeness`.
 *
 * @throws AnchorkitError for a file that cannot be read any more
 */
export async function proposals(
  model: WatchedModel,
  images: readonly (NextImage & { file: string })[],
): Promise<Dataset> {
  const records: ImageRecord[] = [];
  for await (const one of proposed(
    model,
    images.map(({ file }) => file),
  )) {
    if ("error" in one) throw one.error;
    const { file, why, uncertainty, unlikeness } = images[records.length] as NextImage & { file: string };
    const numbers = { uncertainty: rounded(uncertainty), ...(unlikeness > 0 && { unlikeness: rounded(unlikeness) }) };
    records.push({ id: records.length + 1, file, ...one.size, ...one.proposal, fields: { why, ...numbers } });
  }
  const { classes } = model;
  const categoryIds = "categoryIds" in model ? [...model.categoryIds] : undefined;
  // the alphabet of a reader is no list of classes
  return {
    classes: model.kind === "reading" ? [] : [...classes],
    ...(categoryIds && { categoryIds }),
    images: records,
  };
}

type Proposed = { size: Size; proposal: Proposal } | { error: AnchorkitError };

async function* proposed(model: WatchedModel, files: readonly string[]): AsyncGenerator<Proposed> {
  switch (model.kind) {
    case "detection": {
      const scoreThreshold = countingScores(model.description);
      for await (const one of model.predictFiles(files, { scoreThreshold })) {
        if ("error" in one) yield one;
        else {
          const { boxes, scores, classes } = one.detections;
          const objects = Array.from(scores, (score, i) => ({
            box: Array.from(boxes.subarray(4 * i, 4 * i + 4), rounded) as [number, number, number, number],
            class: classes[i] as number,
            score: rounded(score),
          }));
          yield { size: one.size, proposal: { objects } };
        }
      }
      return;
    }
    case "classification":
      for await (const one of model.predictFiles(files)) {
        if ("error" in one) yield one;
        else yield { size: one.size, proposal: { objects: [], labels: namedClasses(one, model.description) } };
      }
      return;
    case "segmentation":
      for await (const one of model.predictFiles(files)) {
        if ("error" in one) yield one;
        else {
          const objects = instancesOf(one).map(({ mask, class: k, score, box }) => ({
            ...{ box, class: k, score: rounded(score), segmentation: mask },
          }));
          yield { size: one.size, proposal: { objects } };
        }
      }
      return;
    case "reading":
      for await (const one of model.predictFiles(files)) {
        if ("error" in one) yield one;
        else yield { size: one.size, proposal: { objects: [], text: one.text } };
      }
  }
}

function rounded(value: number): number {
  return Number(value.toFixed(4));
}
