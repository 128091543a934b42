import { parentPort } from "node:worker_threads";
import { Dataset, File, FS, Group, ready } from "h5wasm";
import type { H5Answer, H5Question, H5Listed } from "./h5File.ts";

/** More groups and data sets than any network has; links may lead round in a circle. */
const MOST_ENTRIES = 50_000;
const MOST_LEVELS = 32;
/** A file of the library's own file system, in memory: what a file says of other files leads nowhere. */
const NAME = "/weights.h5";

let file: File | undefined;

/** What runs in the thread of `openH5`: after the start the file's bytes come in, then paths of data sets. */
parentPort?.on("message", (question: H5Question) => {
  void answerTo(question).then((answer) => {
    parentPort?.postMessage(answer, "values" in answer ? [answer.values.buffer] : []);
  });
});

async function answerTo(question: H5Question): Promise<H5Answer> {
  try {
    if (question === "start") {
      const library = await ready;
      library.activate_throwing_error_handler();
      return { started: true };
    }
    if ("path" in question) return { values: valuesOf(question.path) };
    FS?.writeFile(NAME, question.bytes);
    file = new File(NAME, "r");
    const datasets: H5Listed[] = [];
    list(file, [], {}, datasets, { count: 0 });
    return { datasets };
  } catch (error) {
    return { problem: lastLine(error) };
  }
}

/** Parts of a layer that have variables of their own: a recurrent layer's, and those of a layer in two directions. */
const PARTS = ["cell", "forward_layer", "backward_layer"];

/** The layer that a group's variables belong to: by their own name, or as a part of another. */
interface Names {
  own?: string | undefined;
  whole?: string | undefined;
}

/** Adds what lies in a group, depth first. */
function list(group: Group, path: string[], { own, whole }: Names, found: H5Listed[], entries: { count: number }) {
  if (path.length > MOST_LEVELS) throw new Error(`groups lie in one another more than ${MOST_LEVELS} deep`);
  const vars = group.get("vars");
  const layer = whole ?? (vars instanceof Group ? nameOf(vars) : undefined);
  for (const key of group.keys()) {
    if (++entries.count > MOST_ENTRIES) throw new Error(`more than ${MOST_ENTRIES} groups and data sets`);
    const entry = group.get(key);
    const parts = [...path, key];
    if (entry instanceof Group) {
      const names = key === "vars" ? { own: layer } : PARTS.includes(key) ? { whole: layer } : {};
      list(entry, parts, names, found, entries);
    } else if (entry instanceof Dataset) {
      const { type, size, shape, chunks, vlen } = entry.metadata;
      const float = type === 1 && !vlen;
      found.push({ parts, shape: shape ?? [], bytes: float ? size : undefined, chunked: chunks !== null, layer: own });
    } else throw new Error(`${parts.join("/")} is neither a group nor a data set`);
  }
}

/** Keras 3 calls groups after the layers' classes, and keeps the layer's name as an attribute of its variables. */
function nameOf(vars: Group): string | undefined {
  const { name } = vars.attrs;
  return typeof name?.value === "string" ? name.value : undefined;
}

function valuesOf(path: string): Float32Array<ArrayBuffer> {
  const dataset = file?.get(path);
  const value = dataset instanceof Dataset ? dataset.value : undefined;
  if (value instanceof Float32Array || value instanceof Float64Array) return Float32Array.from(value);
  if (typeof value === "number") return Float32Array.of(value);
  throw new Error(`${path} has no values of float32 or float64`);
}

/** Of the library's list of calls that failed, innermost last, what the innermost says; else the message. */
function lastLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return (
    message
      .match(/#\d+: .*\(\): (.*)/g)
      ?.at(-1)
      ?.replace(/^.*\(\): /, "") ?? message
  );
}
