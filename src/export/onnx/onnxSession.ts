import * as tf from "@tensorflow/tfjs";
import type { InferenceSession, Tensor } from "onnxruntime-node";
import { AnchorkitError, messageOf } from "../../base/errors.ts";
import { bytesOf } from "../../core/ops/bytes.ts";
import type { OpenedModel } from "../openedModel.ts";

export interface OnnxSessionOptions {
  /** Threads that compute an op; as many as there are cores unless told. */
  threads?: number;
}

/**
 * Opens an ONNX file, or its bytes, with onnxruntime-node: a package that anchorkit can do without, and does not bring.
 *
 * @throws AnchorkitError if the package is not there, or refuses the file
 */
export async function openOnnx(
  file: string | Uint8Array,
  { threads = 0 }: OnnxSessionOptions = {},
): Promise<OpenedModel> {
  const ort = await loadOnnxruntime();
  const name = typeof file === "string" ? file : "the exported model";
  const options: InferenceSession.SessionOptions = { logSeverityLevel: 3, intraOpNumThreads: threads };
  let session: InferenceSession;
  try {
    session = await (typeof file === "string"
      ? ort.InferenceSession.create(file, options)
      : ort.InferenceSession.create(file, options));
  } catch (error) {
    throw new AnchorkitError(`${name}: onnxruntime refuses it: ${messageOf(error)}`, { cause: error });
  }
  const taken = new Map(session.inputMetadata.map((one) => [one.name, one]));
  return {
    takes: (input) => taken.has(input),
    async run(inputs) {
      const feeds = Object.entries(inputs).map(([key, tensor]): [string, Tensor] => {
        const own = taken.get(key);
        if (!own?.isTensor || own.type !== "uint8") {
          const values = tensor.dataSync<"float32" | "int32">();
          return [key, new ort.Tensor(tensor.dtype as "float32" | "int32", values, tensor.shape)];
        }
        const isPacked = tensor.rank === 1 && own.shape.length > 1;
        const shape = isPacked ? own.shape.map(Number) : tensor.shape;
        return [key, new ort.Tensor("uint8", bytesOf(tensor, shape), shape)];
      });
      const outputs = await session.run(Object.fromEntries(feeds));
      return Object.fromEntries(
        Object.entries(outputs).map(([key, { data, dims, type }]) => {
          return [key, tf.tensor(data as Float32Array | Int32Array, [...dims], type === "int32" ? "int32" : "float32")];
        }),
      );
    },
    close: () => session.release(),
  };
}

/** True if onnxruntime-node is installed. */
export async function isOnnxruntimeHere(): Promise<boolean> {
  return import("onnxruntime-node").then(
    () => true,
    () => false,
  );
}

/**
 * The package that runs ONNX files.
 *
 * @throws AnchorkitError if it is not there
 */
export async function loadOnnxruntime(): Promise<typeof import("onnxruntime-node")> {
  try {
    return await import("onnxruntime-node");
  } catch (error) {
    throw new AnchorkitError(
      `ONNX files are run by the package onnxruntime-node, and it cannot be loaded (${messageOf(error)}); install it: npm install --ignore-scripts onnxruntime-node`,
      { cause: error },
    );
  }
}
