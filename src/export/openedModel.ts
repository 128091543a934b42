import type { NamedTensors } from "../engine/graph/step.ts";

/** An exported model that something runs. */
export interface OpenedModel {
  /** Whether the model has an input of this name. */
  takes: (input: string) => boolean;
  /** Inputs of bytes are int32 tensors, or packed (packBytes); the caller disposes of the outputs. */
  run: (inputs: NamedTensors) => NamedTensors | Promise<NamedTensors>;
  /** Frees it; it cannot run afterwards. */
  close: () => void | Promise<void>;
}
