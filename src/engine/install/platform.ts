import { AnchorkitError } from "../../base/errors.ts";

/** TensorFlow's version that `detect engine install` fetches. */
export const TENSORFLOW_VERSION = "2.21.0";

/** `cpu`, or `gpu` with NVIDIA's CUDA libraries (which runs on the CPU where there is no card). */
export type Variant = "cpu" | "gpu";

/** Where TensorFlow's shared libraries for one platform come from: a wheel, and the two files in it. */
export interface LibrarySource {
  /** Name of the Python package. */
  distribution: string;
  /** Wheel platform tags that fit, best first (PEP 425, PEP 600). */
  platformTags: readonly string[];
  /** The library with TensorFlow's C functions, and the one it needs, inside the wheel's folder `tensorflow`. */
  libraries: readonly [string, string];
}

/** A machine, as far as the choice of TensorFlow's files goes. */
export interface Machine {
  platform: NodeJS.Platform;
  arch: string;
  /** Version of the C library glibc; undefined where there is none (musl, macOS, Windows). */
  glibc: string | undefined;
}

/** The machine this process runs on. */
function thisMachine(): Machine {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return { platform: process.platform, arch: process.arch, glibc: header.glibcVersionRuntime };
}

/** Which wheel has TensorFlow for a machine; throws an error that says what can be had there when there is none. */
export function librarySource(variant: Variant, machine: Machine = thisMachine()): LibrarySource {
  const name = `${machine.platform}-${machine.arch}`;
  if (variant === "gpu" && name !== "linux-x64") {
    throw new AnchorkitError(`TensorFlow with CUDA is made for Linux x86-64 only, not for ${name}`);
  }
  if (machine.platform === "linux") checkGlibc(machine.glibc);
  switch (name) {
    case "linux-x64":
      return {
        distribution: variant === "gpu" ? "tensorflow" : "tensorflow-cpu",
        platformTags: linuxTags("x86_64"),
        libraries: ELF,
      };
    case "linux-arm64":
      return { distribution: "tensorflow", platformTags: linuxTags("aarch64"), libraries: ELF };
    case "darwin-arm64":
      return { distribution: "tensorflow", platformTags: ["macosx_12_0_arm64", "macosx_11_0_arm64"], libraries: MACH };
    default:
      throw new AnchorkitError(whatElse(name));
  }
}

const ELF = ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"] as const;
const MACH = ["libtensorflow_cc.2.dylib", "libtensorflow_framework.2.dylib"] as const;

function linuxTags(arch: string): string[] {
  const old = arch === "x86_64" ? ["manylinux2010_x86_64", "manylinux1_x86_64"] : [];
  return [`manylinux_2_27_${arch}`, `manylinux_2_17_${arch}`, `manylinux2014_${arch}`, ...old];
}

function checkGlibc(glibc: string | undefined): void {
  const [major = 0, minor = 0] = (glibc ?? "").split(".").map(Number);
  if (major > 2 || (major === 2 && minor >= 27)) return;
  const found = glibc === undefined ? "has another C library (Alpine's musl?)" : `has glibc ${glibc}`;
  throw new AnchorkitError(
    `TensorFlow needs Linux with glibc 2.27 or newer (Debian 10, Ubuntu 18.04, Fedora 28 and later); this one ${found}`,
  );
}

function whatElse(name: string): string {
  switch (name) {
    case "win32-x64":
      return (
        `TensorFlow ${TENSORFLOW_VERSION} for Windows comes without the library that Node needs; ` +
        "use WSL, or TensorFlow 2.9 through: npm install @tensorflow/tfjs-node --ignore-scripts=false"
      );
    case "darwin-x64":
      return (
        `TensorFlow ${TENSORFLOW_VERSION} is not made for Macs with Intel processors; ` +
        "use TensorFlow 2.9 through: npm install @tensorflow/tfjs-node --ignore-scripts=false"
      );
    default:
      return `TensorFlow is not made for ${name}; use Linux (x86-64 or arm64) or a Mac with Apple silicon`;
  }
}
