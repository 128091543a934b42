import { join } from "node:path";
import { writeFileAtomic } from "../../../base/files.ts";
import type { GraphModelFiles } from "../../../export/graphModel/graphModelFiles.ts";
import type { Place, Write } from "./form.ts";

/** The latter names the former, and comes last. */
export const MODEL_FILES = ["weights.bin", "model.json"] as const;

/** `--to tfjs`: a folder with the files of a GraphModel. */
export async function toGraphModel(out: string, place: Place): Promise<Write> {
  return toFolder(out, place, MODEL_FILES, (files) => ({ ...files }));
}

/**
 * Writes a GraphModel's files, and what belongs to them, into a folder.
 *
 * @param names of all files, in the order in which they are written @param around what is written, made of the GraphModel's
 */
export async function toFolder(
  out: string,
  place: Place,
  names: readonly string[],
  around: (files: GraphModelFiles) => Readonly<Record<string, Uint8Array>>,
): Promise<Write> {
  const { OutputFolder } = await import("../../../base/output/outputFolder.ts");
  const folder = await OutputFolder.open(out, { command: "detect export", ...place, results: true });
  await folder.requireFree(names);
  return async (model, trained, { quantization }) => {
    const { graphModelFiles } = await import("../../../export/graphModel/graphModelFiles.ts");
    const { openGraphModel } = await import("../../../export/graphModel/openGraphModel.ts");
    const files = await graphModelFiles(model, trained, { half: quantization?.form === "half" });
    const all = around({ ...files });
    await folder.write(async () => {
      for (const name of names) await writeFileAtomic(join(out, name), all[name] as Uint8Array);
    }, names);
    const bytes = Object.values(all).reduce((sum, one) => sum + one.length, 0);
    return { bytes, runner: "tfjs's executor", open: () => openGraphModel(files) };
  };
}
