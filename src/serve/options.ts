import type { PredictorOptions } from "../training/predictorOptions.ts";
import type { Observer } from "./observer.ts";

/** A trained model that is served: a run folder, an exported .onnx file, or a folder of versions, see `findVersion`. */
export interface ModelSource {
  /** What it is called in addresses: letters, digits, `.`, `_` and `-`. */
  name: string;
  path: string;
}

/** How models are served; what is left out has the value in `DEFAULTS`. */
export interface ServeOptions extends Pick<PredictorOptions, "engine" | "precision"> {
  models: readonly ModelSource[];
  host?: string;
  /** 0: any that is free. */
  port?: number;
  /** What `Authorization: Bearer …` must hold; nothing is asked for unless told. */
  token?: string;
  /** Processes that compute, for each model. */
  workers?: number;
  /** Most images that are computed at once. */
  maxBatch?: number;
  /** Milliseconds that an image waits for others to be computed with. */
  batchDelay?: number;
  /** Images of a model that wait at most; what comes then is refused with 503. */
  queue?: number;
  /** Seconds after which a request is answered with 504. */
  timeout?: number;
  /** Bytes of a request's body at most. */
  maxBody?: number;
  /** Pixels of an image at most. */
  maxPixels?: number;
  /** Seconds between looks at whether a model has changed on disk; 0: it is opened once. */
  watch?: number;
  /** What is written to the log, and whatever is worse. */
  logLevel?: LogLevel;
  /** What is told of each image that was answered. */
  observer?: Observer;
}

export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
/** How much is logged. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Values of the options that are left out. */
export const DEFAULTS = {
  host: "127.0.0.1",
  port: 8501,
  workers: 1,
  maxBatch: 8,
  batchDelay: 0,
  queue: 128,
  timeout: 30,
  maxBody: 16_000_000,
  maxPixels: 25_000_000,
  watch: 2,
  logLevel: "info",
  engine: "native",
  precision: "auto",
} as const satisfies Partial<ServeOptions>;

/** Options with all that has a default. */
export type Settings = ServeOptions & Required<Pick<ServeOptions, keyof typeof DEFAULTS>>;
