import { placeOnCanvas, type Size } from "../base/preprocessing.ts";
import { type DecodeOptions, decoderOf, type Reading } from "../sequence/reading/decode.ts";
import { framesOf } from "../sequence/reading/frames.ts";
import { BrowserModel } from "./browserModel.ts";
import type { ImageSource } from "./imagePixels.ts";
import { onCanvas } from "./onCanvas.ts";

/** Reads lines of text. */
export class BrowserTextReader extends BrowserModel {
  /** Which kind of task. */
  readonly task = "reading";

  /**
   * The text in an image of one line, and how probable it is; and the image's size.
   *
   * @throws AnchorkitError for an image that cannot be read, and for words that cannot be written with its characters
   */
  async read(source: ImageSource, options: DecodeOptions = {}): Promise<Reading & { size: Size }> {
    const { classes, description } = this;
    const decode = decoderOf(classes, options);
    const image = await this.pixels(source);
    const { width } = placeOnCanvas(image, description.preprocessing);
    const canvas = onCanvas(image, description.preprocessing);
    const [all] = await this.run(canvas, ["logProbabilities"], undefined, { widths: width });
    const frames = framesOf(width);
    const logProbabilities = (all ?? new Float32Array()).subarray(0, frames * (classes.length + 1));
    return { size: { width: image.width, height: image.height }, ...decode({ logProbabilities, frames }) };
  }
}
