import { classRegions } from "../../segmentation/instances/classRegions.ts";
import { instancesOf } from "../../segmentation/instances/instancesOf.ts";
import type { Answer, Asked, ImageModel } from "./messages.ts";

/** What a model says of images, in their order; as many as it runs at once at most. */
export async function computeAnswers(model: ImageModel, asked: readonly Asked[]): Promise<Answer[]> {
  const images = asked.map(({ image }) => image);
  switch (model.kind) {
    case "detection":
      return (await model.predictFitted(images)).map((detections) => ({ kind: model.kind, detections }));
    case "classification":
      return (await model.predictFitted(images)).map((said) => ({ kind: model.kind, ...said }));
    case "reading":
      return (await model.predictFitted(images)).map((read) => ({ kind: model.kind, ...read }));
    case "segmentation":
      return (await model.predictFitted(images)).map((segmented, i) => {
        const { instances, labels } = asked[i]?.wanted ?? {};
        const regions = instances ? instancesOf(segmented) : classRegions(segmented, model.classes.length);
        return { kind: model.kind, regions, ...(labels && { labels: segmented.labels }) };
      });
  }
}
