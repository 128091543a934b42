import { UsageError } from "../../base/errors.ts";
import { alignClasses } from "../../data/alignClasses.ts";
import type { Dataset } from "../../data/dataset.ts";
import type { Predictor } from "../../models.ts";

/** The one number that a model is judged by. */
export interface Score {
  /** "AP", or what it is of another kind of model; more is better. */
  metric: string;
  value: number;
}

/**
 * What a model of images is worth on labelled ones: average precision of a detector, accuracy of a classifier (mean average
 * precision of several labels), mean IoU of a segmenter, character accuracy (1 - CER) of a reader.
 *
 * @throws UsageError for a model of numbers
 */
export async function scoreModel(model: Predictor, dataset: Dataset): Promise<Score> {
  switch (model.kind) {
    case "detection":
      return { metric: "AP", value: (await model.evaluate(alignClasses(dataset, model.classes).images)).AP };
    case "classification": {
      const { classifierData } = await import("../../classification/classifierData.ts");
      const { measureClassifier, validationOf } = await import("../../classification/measure.ts");
      const { images } = classifierData(alignClasses(dataset, model.classes), model.description).dataset;
      const { score } = validationOf(measureClassifier(await model.classifyLabelled(images), model.description));
      return { metric: model.description.multiLabel ? "mean average precision" : "accuracy", value: score };
    }
    case "segmentation": {
      const { segmentationData } = await import("../../segmentation/segmentationData.ts");
      const { measureSegmenter, validationOf } = await import("../../segmentation/measuring/measure.ts");
      const { images } = segmentationData(alignClasses(dataset, model.classes)).dataset;
      const { score } = validationOf(await measureSegmenter(model.segmentLabelled(images), model.classes));
      return { metric: "mean IoU", value: score };
    }
    case "clips": {
      const { clipsData } = await import("../../sequence/clips/clipsData.ts");
      const { measureClips, validationOf } = await import("../../sequence/clips/measure.ts");
      const { images } = clipsData(alignClasses(dataset, model.classes), model.description.architecture).dataset;
      const { score } = validationOf(measureClips(await model.classifyLabelled(images), model.classes));
      return { metric: "accuracy", value: score };
    }
    case "reading": {
      const { readerData } = await import("../../sequence/reading/readerData.ts");
      const { measureReader, validationOf } = await import("../../sequence/reading/measure.ts");
      const { images } = readerData(dataset, model.description.margin);
      const { score } = validationOf(measureReader(await model.readLabelled(images), { resamples: 1 }));
      return { metric: "character accuracy", value: score };
    }
    case "forecasting":
      throw new UsageError("a model that forecasts is exported without --data, as float32, half or int8-weights");
  }
}
