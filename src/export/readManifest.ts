import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { checked } from "../base/checked.ts";
import { AnchorkitError } from "../base/errors.ts";
import type { Exported } from "./exportedForm.ts";
import { Manifest, MANIFEST_KEY } from "./manifest.ts";
import { readOnnxMetadata } from "./onnx/onnxMetadata.ts";
import { MANIFEST_FILE } from "./savedModel/manifestFile.ts";

/**
 * What an exported model says of itself.
 *
 * @throws AnchorkitError if anchorkit has not written it
 */
export async function readManifest(exported: Exported): Promise<Manifest> {
  const { place } = exported;
  let value: unknown;
  try {
    value = await READERS[exported.form](place);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new AnchorkitError(`${place}: what it says of itself is damaged`, { cause: error });
  }
  if (value === undefined) {
    throw new AnchorkitError(
      `${place}: was not written by detect export, so that nothing is known of what it takes and gives`,
    );
  }
  return checked(value, Manifest, `${place}: what it says of itself`);
}

/** Each gives what the JSON holds, and undefined where there is none; they throw SyntaxError for damaged JSON. */
const READERS: Readonly<Record<Exported["form"], (place: string) => Promise<unknown>>> = {
  async onnx(file) {
    const text = (await readOnnxMetadata(file)).get(MANIFEST_KEY);
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  },
  async "saved-model"(folder) {
    const text = await readFile(join(folder, MANIFEST_FILE), "utf8").catch(() => undefined);
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  },
  async tfjs(folder) {
    const model = JSON.parse(await readFile(join(folder, "model.json"), "utf8")) as {
      userDefinedMetadata?: Record<string, unknown>;
    };
    return model.userDefinedMetadata?.[MANIFEST_KEY];
  },
};
