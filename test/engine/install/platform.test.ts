import { describe, expect, it } from "vitest";
import { librarySource, type Machine } from "../../../src/engine/install/platform.ts";

const machine = (name: string, glibc?: string): Machine => {
  const [platform, arch = ""] = name.split("-") as [NodeJS.Platform, string?];
  return { platform, arch, glibc };
};

describe("librarySource", () => {
  it.each([
    ["linux-x64", "cpu", "tensorflow-cpu", "manylinux_2_27_x86_64", "libtensorflow_cc.so.2"],
    ["linux-x64", "gpu", "tensorflow", "manylinux_2_27_x86_64", "libtensorflow_cc.so.2"],
    ["linux-arm64", "cpu", "tensorflow", "manylinux_2_27_aarch64", "libtensorflow_cc.so.2"],
    ["darwin-arm64", "cpu", "tensorflow", "macosx_12_0_arm64", "libtensorflow_cc.2.dylib"],
  ] as const)("%s %s comes from the wheel %s", (name, variant, distribution, tag, library) => {
    const source = librarySource(variant, machine(name, "2.36"));
    expect(source.distribution).toBe(distribution);
    expect(source.platformTags[0]).toBe(tag);
    expect(source.libraries[0]).toBe(library);
  });

  it.each([
    ["win32-x64", "use WSL, or TensorFlow 2.9 through: npm install @tensorflow/tfjs-node"],
    ["darwin-x64", "use TensorFlow 2.9 through: npm install @tensorflow/tfjs-node"],
    ["freebsd-x64", "TensorFlow is not made for freebsd-x64; use Linux"],
  ])("%s: %s", (name, message) => {
    expect(() => librarySource("cpu", machine(name))).toThrow(message);
  });

  it("says which C library is needed", () => {
    expect(() => librarySource("cpu", machine("linux-x64"))).toThrow("needs Linux with glibc 2.27 or newer");
    expect(() => librarySource("cpu", machine("linux-x64"))).toThrow("another C library");
    expect(() => librarySource("cpu", machine("linux-x64", "2.17"))).toThrow("this one has glibc 2.17");
    expect(() => librarySource("cpu", machine("linux-x64", "2.27"))).not.toThrow();
    expect(() => librarySource("cpu", machine("linux-x64", "3.0"))).not.toThrow();
  });

  it("has CUDA for Linux x86-64 only", () => {
    expect(() => librarySource("gpu", machine("linux-arm64", "2.36"))).toThrow(
      "for Linux x86-64 only, not for linux-arm64",
    );
  });
});
