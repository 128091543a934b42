import { compileProgram, type Program } from "../engine/graph/program.ts";
import type { PortableModel } from "./portableModel.ts";

/** A model's step, under the name `step`, compiled in float32 with its weights as constants. */
export function compilePortable({ step, weights }: PortableModel): Promise<Program> {
  return compileProgram({ step }, { variables: [...weights.values()], frozen: true, precision: "float32" });
}
