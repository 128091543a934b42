import type { DecodedImage } from "../data/images/images.ts";
import type { Answer } from "./inference/messages.ts";

/** An image and what was answered. */
export interface Observation {
  /** The name that the model is served by, and its version. */
  model: string;
  version: number;
  /** The file as it came; undefined where the request held pixels in its place. */
  encoded: Uint8Array | undefined;
  /** As it was decoded: at the size that it has on the model's canvas. */
  image: DecodedImage;
  /** What the model said, whatever of it the request asked for. */
  answer: Answer;
}

/** Is told of every image that was answered, once the answer has been sent: what watches over a model in use. */
export interface Observer {
  /** Must not throw, and should return soon: other requests wait meanwhile. */
  observe(observation: Observation): void;
  /** Called when the server stops, after the last observation; the server waits for it. */
  close(): Promise<void>;
}
