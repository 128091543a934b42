import { requireReplaceable } from "../../../base/output/requireReplaceable.ts";
import { writeFileAtomic } from "../../../base/files.ts";
import type { NamedTensors } from "../../../engine/graph/step.ts";
import type { Opened } from "./exportData.ts";
import type { Place, Write } from "./form.ts";

/** `--to onnx`: one file. */
export async function toOnnxFile(out: string, place: Place): Promise<Write> {
  const { isOnnxExport } = await import("../../../export/onnx/onnxMetadata.ts");
  await requireReplaceable(out, { ...place, isOwn: isOnnxExport, what: "no export of anchorkit" });
  return async (model, trained, form) => {
    const { onnxFile } = await import("../../../export/onnx/onnxFile.ts");
    const { isOnnxruntimeHere, openOnnx } = await import("../../../export/onnx/onnxSession.ts");
    const file = await onnxFile(model, trained, form);
    await writeFileAtomic(out, file);
    const open = async (): Promise<Opened> => {
      const { run, takes, close } = await openOnnx(out);
      return { run: (inputs) => run(pick(inputs, takes)), close };
    };
    if (await isOnnxruntimeHere()) return { bytes: file.length, runner: "onnxruntime", open };
    return { bytes: file.length, runner: "onnxruntime-node is not installed, which would run it" };
  };
}

/** The inputs that a file takes: one for images of any size is told no sizes. */
function pick(inputs: NamedTensors, takes: (name: string) => boolean): NamedTensors {
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => takes(name)));
}
