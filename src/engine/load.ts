import { createRequire } from "node:module";
import util from "node:util";
import * as tf from "@tensorflow/tfjs";
import { AnchorkitError, messageOf } from "../base/errors.ts";

/** Which engine is wanted: the fastest there is, native TensorFlow or an error, or tfjs's own slow `cpu` backend. */
export type EngineChoice = "auto" | "native" | "cpu";

/** The engine that runs: after `loadEngine`, every op of `@tensorflow/tfjs` goes to it. */
export interface Engine {
  /** `native`: TensorFlow's C library through tfjs-node; `cpu`: tfjs's own JavaScript kernels. */
  name: "native" | "cpu";
  /** Version of TensorFlow (native), or of tfjs (cpu). */
  tensorflow: string;
  /** tfjs's backend, the same as `tf.backend()`. */
  backend: tf.KernelBackend;
}

/**
 * Makes tfjs use native TensorFlow where it is there, and gives back what runs. Calling it again is free.
 */
export async function loadEngine(options: { engine?: EngineChoice; threads?: number } = {}): Promise<Engine> {
  const choice = options.engine ?? "auto";
  if (choice !== "cpu") {
    try {
      return loadNative();
    } catch (error) {
      if (choice === "native") {
        throw new AnchorkitError(`no native engine (${messageOf(error)}); run: detect engine install`);
      }
    }
  }
  await tf.setBackend("cpu");
  return { name: "cpu", tensorflow: tf.version["tfjs-core"], backend: tf.backend() };
}

function loadNative(): Engine {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= "3";
  (util as { isNullOrUndefined?: unknown }).isNullOrUndefined ??= (value: unknown) => value == null;
  createRequire(import.meta.url)("@tensorflow/tfjs-node-gpu");
  const backend = tf.backend() as tf.KernelBackend & { binding: { TF_Version: string } };
  return { name: "native", tensorflow: backend.binding.TF_Version, backend };
}
