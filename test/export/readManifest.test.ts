import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import sharp from "sharp";
import { afterAll, describe, expect, it } from "vitest";
import { AnchorkitError } from "../../src/base/errors.ts";
import { encodeOnnx } from "../../src/export/onnx/onnxModel.ts";
import { readOnnxMetadata } from "../../src/export/onnx/onnxMetadata.ts";
import { readManifest } from "../../src/export/readManifest.ts";

const folder = await mkdtemp(join(tmpdir(), "anchorkit-manifest-"));
afterAll(() => rm(folder, { recursive: true }));

describe("what an ONNX file says of itself", () => {
  const file = join(folder, "some.onnx");
  const model = (metadata: Record<string, string>) =>
    encodeOnnx({
      graph: { name: "g", inputs: [], outputs: [], nodes: [], constants: [] },
      ...{ opset: 18, producer: { name: "somebody", version: "1" }, metadata },
    });

  it("is read by key, whatever else is there", async () => {
    await writeFile(file, model({ first: "1", "": "no key", second: "zwei ✓" }));
    expect(await readOnnxMetadata(file)).toEqual(new Map([["first", "1"], ["", "no key"], ["second", "zwei ✓"]])); // prettier-ignore
  });

  it.each([
    ["of somebody else", { names: "cat" }, "was not written by detect export"],
    ["damaged", { anchorkit: "{" }, "what it says of itself is damaged"],
    ["of a later version", { anchorkit: '{"format":"anchorkit-export","version":2}' }, "version"],
  ])("names a file %s", async (_, metadata, message) => {
    await writeFile(file, model(metadata));
    await expect(readManifest({ form: "onnx", place: file })).rejects.toThrow(message);
  });

  it("refuses what is no ONNX file in a line, and never crashes", async () => {
    const whole = model({ anchorkit: "x".repeat(50) });
    const damaged = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.nat({ max: whole.length - 1 }).map((length) => whole.slice(0, length)),
      fc.tuple(fc.nat({ max: whole.length - 1 }), fc.integer({ min: 0, max: 255 })).map(([at, byte]) => {
        const changed = whole.slice();
        changed[at] = byte;
        return changed;
      }),
    );
    await fc.assert(
      fc.asyncProperty(damaged, async (bytes) => {
        await writeFile(file, bytes);
        try {
          await readOnnxMetadata(file);
        } catch (error) {
          if (!(error instanceof AnchorkitError)) throw error;
          expect(error.message).toBe(`${file}: is no ONNX file, or is damaged`);
        }
      }),
      { numRuns: 300 },
    );
    await writeFile(
      file,
      await sharp({ create: { width: 9, height: 9, channels: 3, background: "red" } })
        .png()
        .toBuffer(),
    );
    await expect(readOnnxMetadata(file)).rejects.toThrow("is no ONNX file");
  });
});
