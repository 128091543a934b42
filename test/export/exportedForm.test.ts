import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { exportedAt, versionsIn } from "../../src/export/exportedForm.ts";

const folder = await mkdtemp(join(tmpdir(), "anchorkit-form-"));
afterAll(() => rm(folder, { recursive: true }));

async function put(...files: [name: string, text: string][]): Promise<void> {
  for (const [name, text] of files) {
    await mkdir(join(folder, name, ".."), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

describe("exportedAt", () => {
  it("tells exported models from runs and all else", async () => {
    await put(
      ["served/2/saved_model.pb", ""],
      ["served/10/saved_model.pb", ""],
      ["served/011/saved_model.pb", ""],
      ["half/3/other", ""],
      ["site/model.json", '{"format":"graph-model","x":1}'],
      ["run/model.json", '{"format":"layers-model"}'],
      ["notes.txt", "a file"],
    );
    const at = (name: string) => exportedAt(join(folder, name));
    expect(at("served")).toEqual({ form: "saved-model", place: join(folder, "served/10") });
    expect(at("served/2")).toEqual({ form: "saved-model", place: join(folder, "served/2") });
    expect(at("site")).toEqual({ form: "tfjs", place: join(folder, "site") });
    expect(at("Cells.ONNX")).toEqual({ form: "onnx", place: join(folder, "Cells.ONNX") });
    for (const other of ["half", "run", "notes.txt", "nowhere"]) expect(at(other)).toBeUndefined();
    expect(versionsIn(join(folder, "served"))).toEqual([2, 10]);
  });
});
