import type { Place, Write } from "./form.ts";
import { MODEL_FILES, toFolder } from "./graphModelForm.ts";

/** `--to web`: a folder with a page that runs the model, a GraphModel. */
export async function toWebPage(out: string, place: Place): Promise<Write> {
  const { pageFiles } = await import("../../../export/web/pageFiles.ts");
  const page = await pageFiles();
  const inModel = (name: string): string => `model/${name}`;
  return toFolder(out, place, [...Object.keys(page), ...MODEL_FILES.map(inModel)], (files) => ({
    ...page,
    ...Object.fromEntries(Object.entries(files).map(([name, bytes]) => [inModel(name), bytes])),
  }));
}
