import { join } from "node:path";
import { writeFileAtomic } from "../../../base/files.ts";
import type { Place, Write } from "./form.ts";

/** `--to tfjs`: a folder with the files of a GraphModel. */
export async function toGraphModel(out: string, place: Place): Promise<Write> {
  const { OutputFolder } = await import("../../../base/output/outputFolder.ts");
  const names = ["weights.bin", "model.json"] as const; // the latter names the former, and comes last
  const folder = await OutputFolder.open(out, { command: "detect export", ...place, results: true });
  await folder.requireFree(names);
  return async (model, trained, { quantization }) => {
    const { graphModelFiles } = await import("../../../export/graphModel/graphModelFiles.ts");
    const { openGraphModel } = await import("../../../export/graphModel/openGraphModel.ts");
    const files = await graphModelFiles(model, trained, { half: quantization?.form === "half" });
    await folder.write(async () => {
      for (const name of names) await writeFileAtomic(join(out, name), files[name]);
    }, names);
    const bytes = names.reduce((sum, name) => sum + files[name].length, 0);
    return { bytes, runner: "tfjs's executor", open: () => openGraphModel(files) };
  };
}
