import { join } from "node:path";
import type { PortableModel } from "../../../export/portableModel.ts";
import type { QuantizationForm } from "../../../export/quantize/forms.ts";
import type { ExportData } from "../export/exportData.ts";
import { CALIBRATION_IMAGES, type Form } from "../export/form.ts";
import { toGraphModel } from "../export/graphModelForm.ts";
import { toOnnxFile } from "../export/onnxForm.ts";
import { toSavedModel } from "../export/savedModelForm.ts";

/** What is measured: the run itself, and what it can be exported as. */
export const FORMS = ["own", "onnx", "onnx-half", "onnx-int8-weights", "onnx-int8", "saved-model", "tfjs"] as const;
export type FormName = (typeof FORMS)[number];

const WRITERS: Readonly<Record<Exclude<FormName, "own">, { to: Form; quantize?: QuantizationForm }>> = {
  onnx: { to: toOnnxFile },
  "onnx-half": { to: toOnnxFile, quantize: "half" },
  "onnx-int8-weights": { to: toOnnxFile, quantize: "int8-weights" },
  "onnx-int8": { to: toOnnxFile, quantize: "int8" },
  "saved-model": { to: toSavedModel },
  tfjs: { to: toGraphModel },
};

/** Exports a model into a folder: where it is then, how many bytes it takes, and why it cannot be run here, if so. */
export async function writeForm(
  name: Exclude<FormName, "own">,
  model: PortableModel,
  { folder, data }: { folder: string; data: ExportData },
): Promise<{ path: string; bytes: number; unmeasured?: string }> {
  const { to, quantize } = WRITERS[name];
  const path = join(folder, to === toOnnxFile ? `${name}.onnx` : name);
  const write = await to(path, { inputs: [] });
  const samples = quantize === "int8" ? await data.samples(model, CALIBRATION_IMAGES) : [];
  const { bytes, runner, open } = await write(model, undefined, quantize ? { quantization: { form: quantize, samples } } : {}); // prettier-ignore
  return { path, bytes, ...(!open && { unmeasured: runner }) };
}
