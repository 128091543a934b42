import { describe, expect, it } from "vitest";
import { cudaRequirements } from "../../../src/engine/install/unpack.ts";

describe("cudaRequirements", () => {
  it("takes the requirements of the extra and-cuda, and no others", () => {
    const metadata = [
      "Name: tensorflow",
      "Requires-Dist: absl-py>=1.0.0",
      "Provides-Extra: and-cuda",
      'Requires-Dist: nvidia-cublas-cu12<13.0,>=12.5.3.2; extra == "and-cuda"',
      "Requires-Dist: nvidia-nccl-cu12 (<3.0,>=2.27.7) ; extra == 'and-cuda'",
      'Requires-Dist: tensorflow-io; extra == "gcs"',
    ].join("\n");
    expect(cudaRequirements(metadata)).toEqual([
      "nvidia-cublas-cu12<13.0,>=12.5.3.2",
      "nvidia-nccl-cu12 (<3.0,>=2.27.7)",
    ]);
  });

  it("is an error where there are none", () => {
    expect(() => cudaRequirements("Name: tensorflow")).toThrow("TensorFlow's wheel names no CUDA wheels");
  });
});
