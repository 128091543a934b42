import * as core from "@tensorflow/tfjs-core";
import { loadGraphModel } from "@tensorflow/tfjs-converter";
import { setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import "@tensorflow/tfjs-backend-webgl";
import { type AnyModel, loadModel } from "../../src/browser/index.ts";

/** What the page's window has for tests, whose functions run in the browser and answer in plain lists. */
export interface LibraryWindow {
  load(url: string, backend: string): Promise<string>;
  /** What the model says of an image file of the server, every field that is an array as a list. */
  ask(image: string, options?: object): Promise<Record<string, unknown>>;
  /** Milliseconds of each of some runs on an image, decoding left out. */
  time(image: string, runs: number): Promise<number[]>;
  /** Tensors that there are. */
  tensors(): number;
}

let model: AnyModel | undefined;
setWasmPaths("./");
setThreadsCount(1);

const functions: LibraryWindow = {
  async load(url, backend) {
    await core.setBackend(backend);
    model?.dispose();
    model = await loadModel(url, { tf: { ...core, loadGraphModel } });
    return model.task;
  },
  async ask(image, options = {}) {
    return listed(await answer(await (await fetch(image)).blob(), options));
  },
  async time(image, runs) {
    const bitmap = await createImageBitmap(await (await fetch(image)).blob());
    const times: number[] = [];
    for (let i = 0; i < runs; i++) {
      const begin = performance.now();
      await answer(bitmap, {});
      times.push(performance.now() - begin);
    }
    return times;
  },
  tensors: () => core.memory().numTensors,
};
Object.assign(globalThis, functions);

async function answer(image: Blob | ImageBitmap, options: object): Promise<object> {
  if (model?.task === "detection") return model.detect(image, options);
  if (model?.task === "classification") return model.classify(image);
  if (model?.task === "segmentation") return model.segment(image, options);
  if (model?.task === "reading") return model.read(image, options);
  throw new Error("no model is loaded");
}

function listed(value: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([name, one]: [string, unknown]) => {
      if (ArrayBuffer.isView(one)) return [name, [...(one as Float32Array)]];
      return [name, typeof one === "object" && one !== null && !Array.isArray(one) ? listed(one) : one];
    }),
  );
}
