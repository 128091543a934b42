import type { Size } from "../base/preprocessing.ts";
import { type ClassThreshold, countingScores } from "../detection/thresholds.ts";
import { detections, type Detections, first, scoredFrom } from "../geometry/detections.ts";
import { BrowserModel } from "./browserModel.ts";
import type { ImageSource } from "./imagePixels.ts";

/** What a detector may be asked. */
export interface DetectOptions {
  /**
   * The score from which detections are given, or one for each class, in their order. Unless told, those that were chosen
   * on the validation images, and else 0.3.
   */
  score?: number | readonly number[];
}

/** Finds objects. */
export class BrowserDetector extends BrowserModel {
  /** Which kind of task. */
  readonly task = "detection";

  /** The score from which detections are given unless told, for each class in their order. */
  get scores(): readonly number[] {
    const { classes } = this;
    const { thresholds } = this.description;
    return countingScores({ classes, thresholds: Array.isArray(thresholds) ? (thresholds as ClassThreshold[]) : [] });
  }

  /**
   * The objects in an image, the best score first: boxes x1, y1, x2, y2 in pixels of the image itself, scores 0 to 1, and
   * classes by their places in `classes`; and the image's size.
   *
   * @throws AnchorkitError for an image that cannot be read
   */
  async detect(image: ImageSource, { score = this.scores }: DetectOptions = {}): Promise<Detections & { size: Size }> {
    const { size, values } = await this.answer(image, ["boxes", "scores", "classes", "valid"], true);
    const [boxes, scores, classes, valid] = values as [Float32Array, Float32Array, Float32Array, Float32Array];
    const all = { boxes, scores, classes: Int32Array.from(classes) };
    return { size, ...scoredFrom(score, detections(first(valid[0] ?? 0, all))) };
  }
}
