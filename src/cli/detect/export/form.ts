import type { Trained } from "../../../export/manifest.ts";
import type { OnnxFileOptions } from "../../../export/onnx/onnxFile.ts";
import type { PortableModel } from "../../../export/portableModel.ts";
import type { Opened } from "./exportData.ts";

/** Images of the training split that the ranges of int8 are taken from, unless told. */
export const CALIBRATION_IMAGES = 100;

/** What has been written, and how it can be run here. */
export interface Written {
  bytes: number;
  /** Where, if not `--out` itself. */
  place?: string;
  /** What runs it here, or why nothing does. */
  runner: string;
  open?: () => Promise<Opened>;
}

/** Makes sure that a model may be written to a place, and gives what writes it there. */
export type Form = (out: string, options: Place) => Promise<Write>;
export type Write = (model: PortableModel, trained: Trained | undefined, form: OnnxFileOptions) => Promise<Written>;

export interface Place {
  inputs: string[];
  overwrite?: true | undefined;
}
