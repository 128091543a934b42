/** A tensor of TensorFlow.js, as far as it is used here. */
export interface BrowserTensor {
  /** Lengths of its sides. */
  shape: number[];
  /** Its numbers, once they are computed. */
  data(): Promise<ArrayLike<number>>;
}

/** Loads the content of model.json and of the weights beside it: an `IOHandler` of TensorFlow.js. */
export interface ModelSource {
  /** What the files hold. */
  load?: (() => Promise<ModelArtifacts>) | undefined;
}

/** What model.json and the weights beside it hold. */
export interface ModelArtifacts {
  /** The graph. */
  modelTopology?: object | ArrayBuffer;
  /** What each weight is. */
  weightSpecs?: readonly { name: string; shape: readonly number[]; dtype: string }[];
  /** The weights' bytes. */
  weightData?: ArrayBuffer | ArrayBuffer[];
  /** Under `anchorkit`, what the model says of itself. */
  userDefinedMetadata?: Record<string, unknown>;
}

/** A graph that TensorFlow.js runs. */
export interface BrowserGraph {
  /** Gives the named outputs. */
  executeAsync(inputs: Record<string, never>, outputs: string[]): Promise<BrowserTensor | BrowserTensor[]>;
  /** Gives the named outputs of a graph all of whose ops are computed at once. */
  execute(inputs: Record<string, never>, outputs: string[]): BrowserTensor | BrowserTensor[];
  /** Frees the weights. */
  dispose(): void;
}

/**
 * What is needed of TensorFlow.js: `import * as tf from "@tensorflow/tfjs"`, or, for a smaller bundle,
 * `{ ...core, ...converter }` of `@tensorflow/tfjs-core` and `@tensorflow/tfjs-converter`. It is handed over, so that the
 * bundle has it once, with the backend that it has chosen.
 */
export interface TensorFlowJs {
  /** Opens a GraphModel. */
  loadGraphModel: (source: never) => Promise<BrowserGraph>;
  /** Makes a tensor. */
  tensor: (values: never, shape: never, dtype: never) => BrowserTensor;
  /** Frees tensors. */
  dispose: (tensors: never) => void;
  /** Readers of files. */
  io: {
    /** One that fetches. */
    http(url: string): ModelSource;
  };
}
