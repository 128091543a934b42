import type { Size } from "../base/preprocessing.ts";
import { type Classification, namedClasses } from "../classification/namedClasses.ts";
import { BrowserModel } from "./browserModel.ts";
import type { ImageSource } from "./imagePixels.ts";
import { isListOf } from "./readManifest.ts";

/** What a classifier says of an image. */
export interface ImageClassification extends Classification {
  /** Of the image. */
  size: Size;
  /** What the image counts as showing, most probable first, by places in `classes`. */
  named: number[];
}

/** Says what an image shows. */
export class BrowserClassifier extends BrowserModel {
  /** Which kind of task. */
  readonly task = "classification";

  /**
   * How probable each class is; and of classifiers that learnt boxes, where the one object is.
   *
   * @throws AnchorkitError for an image that cannot be read
   */
  async classify(image: ImageSource): Promise<ImageClassification> {
    const { multiLabel, thresholds, architecture } = this.description;
    const hasBox = (architecture as { box?: boolean } | undefined)?.box === true;
    const outputs = ["probabilities", ...(hasBox ? ["boxes"] : [])];
    const { size, values } = await this.answer(image, outputs, hasBox);
    const [probabilities, box] = values as [Float32Array, Float32Array | undefined];
    const chosen = isListOf(thresholds, "number") ? thresholds : undefined;
    return {
      ...{ size, probabilities },
      named: namedClasses({ probabilities }, { multiLabel: multiLabel === true, thresholds: chosen }),
      ...(box && { box: [...box] as [number, number, number, number] }),
    };
  }
}
