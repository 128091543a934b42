import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { AnchorkitError, messageOf } from "../../base/errors.ts";
import { DATA_TYPE, decodeSignatures, shapeNumbers } from "../../engine/graph/graphDef.ts";
import { openSavedModel as openGraph, type Session } from "../../engine/graph/session.ts";
import { unpackedBytes } from "../../core/ops/bytes.ts";
import type { OpenedModel } from "../openedModel.ts";
import { CANVASES } from "./savedModelFiles.ts";

/**
 * Opens the folder of a SavedModel that `savedModelFiles` made. A SavedModel is a program, which may do whatever TensorFlow's
 * ops can: open none that you do not trust.
 *
 * @throws AnchorkitError if it is none, or TensorFlow refuses it
 */
export async function openSavedModel(folder: string): Promise<OpenedModel> {
  const file = join(folder, "saved_model.pb");
  let session: Session;
  let asked: ReturnType<typeof decodeSignatures>[string] | undefined;
  try {
    asked = decodeSignatures(await readFile(file))[CANVASES];
    session = openGraph(folder);
  } catch (error) {
    throw new AnchorkitError(`${file}: TensorFlow cannot read it: ${messageOf(error)}`, { cause: error });
  }
  if (!asked) {
    session.close();
    throw new AnchorkitError(`${file}: cannot be asked for ${CANVASES}; detect export writes models that can`);
  }
  const { inputs, outputs } = asked;
  return {
    takes: (input) => input in inputs,
    run: (given) =>
      tf.tidy(() => {
        const feeds = Object.entries(inputs).map(([key, { name, dtype, tensorShape }]) => {
          const value = given[key];
          if (!value) throw new Error(`${folder}: input ${key} is missing`);
          // Of clips the frames have a dimension of their own.
          const [, ...one] = shapeNumbers(tensorShape);
          const samples = Math.floor((4 * value.size) / tf.util.sizeFromShape(one)); // where bytes are packed
          const isPacked = dtype === DATA_TYPE.uint8 && value.rank === 1;
          const all = isPacked ? unpackedBytes(value, [samples, ...one]) : value;
          return { to: name, value: all.reshape([-1, ...one]), bytes: dtype === DATA_TYPE.uint8 };
        });
        const keys = Object.keys(outputs);
        const found = session.run(
          feeds,
          keys.map((key) => outputs[key]?.name ?? ""),
        );
        return Object.fromEntries(keys.map((key, i) => [key, found[i] as tf.Tensor]));
      }),
    close() {
      session.close();
    },
  };
}
