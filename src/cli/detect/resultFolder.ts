import type { OutputFolder } from "../../base/output/outputFolder.ts";
import type { ImageFile } from "./imageFiles.ts";

/** What a command that looks at images was given. */
interface Given {
  command: string;
  out: string;
  overwrite?: true | undefined;
  weights: string;
  /** The images as they were given, and as files. */
  paths: readonly string[];
  files: readonly ImageFile[];
}

/** The folder to write these files to, which takes none of the places of what is read. */
export async function resultFolder(
  { command, out, overwrite, weights, paths, files }: Given,
  names: readonly string[],
): Promise<OutputFolder> {
  const { OutputFolder } = await import("../../base/output/outputFolder.ts");
  const { placeOfModel } = await import("./openPredictor.ts");
  const inputs = [await placeOfModel(weights), ...paths, ...files.map(({ file }) => file)];
  const output = await OutputFolder.open(out, { command, overwrite, inputs, results: true });
  await output.requireFree(names);
  await output.requireOwn();
  return output;
}
