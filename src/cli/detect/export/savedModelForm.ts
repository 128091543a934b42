import { join } from "node:path";
import { writeFileAtomic, writeFolderAtomic } from "../../../base/files.ts";
import type { Place, Write } from "./form.ts";

/** `--to saved-model`: a folder of versions, to which one is added. */
export async function toSavedModel(out: string, place: Place): Promise<Write> {
  const { OutputFolder } = await import("../../../base/output/outputFolder.ts");
  const { versionsIn } = await import("../../../export/exportedForm.ts");
  const folder = await OutputFolder.open(out, { command: "detect export", ...place, results: true });
  const version = (versionsIn(out).at(-1) ?? 0) + 1; // beside those that are there
  return async (model, trained) => {
    const { savedModelFiles } = await import("../../../export/savedModel/savedModelFiles.ts");
    const { openSavedModel } = await import("../../../export/savedModel/openSavedModel.ts");
    const files = Object.entries<Uint8Array>({ ...(await savedModelFiles(model, trained)) });
    const into = join(out, String(version));
    const names = files.map(([name]) => `${version}/${name}`);
    const fill = async (beside: string): Promise<void> => {
      for (const [name, bytes] of files) await writeFileAtomic(join(beside, name), bytes);
    };
    await folder.write(() => writeFolderAtomic(into, fill), names);
    const bytes = files.reduce((sum, [, { length }]) => sum + length, 0);
    return { bytes, place: into, runner: "TensorFlow", open: () => openSavedModel(into) };
  };
}
