import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { packBytes, packedSpec, unpackBytes } from "../../../src/core/ops/bytes.ts";
import { loadEngine } from "../../../src/engine/load.ts";
import { compileProgram } from "../../../src/engine/graph/program.ts";

describe.each(["auto", "cpu"] as const)("bytes packed in integers on engine %s", (engine) => {
  beforeAll(() => loadEngine({ engine }));

  it.each([[[2, 2, 3]], [[5]], [[1]], [[3, 7]]])("come out as they went in: shape %j", (shape) => {
    const bytes = Uint8Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => 255 - ((i * 37) % 256));
    const packed = packBytes(bytes);
    const { dtype, shape: packedShape } = packed;
    expect({ dtype, shape: packedShape }).toEqual(packedSpec(shape));
    const before = tf.memory().numTensors;
    const unpacked = unpackBytes(packed, shape);
    expect(unpacked.shape).toEqual(shape);
    expect(unpacked.dtype).toBe("float32");
    expect([...unpacked.dataSync()]).toEqual([...bytes]);
    expect(tf.memory().numTensors).toBe(before + 1);
  });

  it("may lie anywhere in their memory", () => {
    const bytes = Uint8Array.from({ length: 16 }, (_, i) => 200 + i).subarray(3, 11);
    expect([...unpackBytes(packBytes(bytes), [8]).dataSync()]).toEqual([...bytes]);
  });

  it("are unpacked in a compiled step, too", async () => {
    const shape = [1, 3, 3, 3];
    const bytes = Uint8Array.from({ length: 27 }, (_, i) => i * 9);
    const program = await compileProgram(
      {
        doubled: {
          inputs: { images: packedSpec(shape) },
          run: ({ images }) => ({ outputs: { twice: unpackBytes(images as tf.Tensor, shape).mul(2) } }),
        },
      },
      { variables: [] },
    );
    const { twice } = program.run("doubled", { images: packBytes(bytes) });
    expect(twice?.shape).toEqual(shape);
    expect([...(twice?.dataSync() ?? [])]).toEqual([...bytes].map((byte) => byte * 2));
    program.dispose();
  });
});
