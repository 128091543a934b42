import type { NamedValues } from "../../core/namedWeights.ts";
import type { ValidationExamples } from "../task.ts";

/** A picture of what was found in the validation data, encoded as a file is. */
export interface NamedPicture {
  /** "found/street-3.jpg"; the same in every validation. */
  name: string;
  width: number;
  height: number;
  /** PNG or JPEG. */
  encoded: Uint8Array;
}

/**
 * What a callback may look at beyond numbers. Functions compute what they give when they are called, and not before: a
 * training whose callbacks ask for nothing pays nothing.
 */
export interface TrainingView {
  /** The run folder. */
  folder: string;
  /** Steps and seconds of this training before now; 0 steps unless it goes on. */
  step: number;
  elapsed: number;
  /** What config.json holds: options, and what they came to. */
  config: Readonly<Record<string, unknown>>;
  /** The weights as they are now, not their averages, by name; values are read from the engine. */
  weights(): NamedValues;
  /** What the trained model does as one graph: the bytes of TensorFlow's GraphDef. Undefined where it runs op by op. */
  graph(): Uint8Array | undefined;
  /** The last validation as more than numbers, where the task has it. */
  examples(): ValidationExamples | undefined;
  /** The classes of what is trained. */
  classes: readonly string[];
  /** Pictures of the last validation; none where nobody draws them, see `TrainOptions.draw`. */
  pictures(): Promise<readonly NamedPicture[]>;
}
