import { rm } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { AnchorkitError } from "../../base/errors.ts";
import { TENSORFLOW_VERSION, type LibrarySource, type Variant } from "./platform.ts";
import { readFromZip, unzip } from "./unzip.ts";
import { fetchWheel, type WheelOptions } from "./wheel.ts";

/** The headers that tfjs-node's C++ and ours include, out of 13,000. */
const HEADERS = /^tensorflow\/include\/(absl|tsl\/platform|xla\/tsl\/c|tensorflow\/c|tensorflow\/core\/platform)\//;

/**
 * Downloads TensorFlow's wheel and unpacks its libraries and the headers that the addon needs to `folder/tensorflow`;
 * for a GPU also NVIDIA's wheels to `folder/nvidia`, where TensorFlow looks for them.
 */
export async function unpackTensorFlow(
  folder: string,
  source: LibrarySource,
  variant: Variant,
  options: Omit<WheelOptions, "platformTags">,
): Promise<void> {
  const wheelOptions = { ...options, platformTags: source.platformTags };
  const wheel = await fetchWheel(`${source.distribution}==${TENSORFLOW_VERSION}`, folder, wheelOptions);
  options.onMessage(`unpacking ${basename(wheel)}`);
  const wanted = new Set(source.libraries.map((name) => `tensorflow/${name}`));
  const names = await unzip(wheel, folder, (name) => wanted.has(name) || HEADERS.test(name));
  for (const name of wanted) {
    if (!names.includes(name)) throw new AnchorkitError(`engine install: ${basename(wheel)} has no ${name}`);
  }
  const requirements =
    variant === "gpu" ? cudaRequirements((await readFromZip(wheel, ".dist-info/METADATA")) ?? "") : [];
  await rm(dirname(wheel), { recursive: true });
  for (const requirement of requirements) await unpackCuda(await fetchWheel(requirement, folder, wheelOptions), folder);
}

/** What TensorFlow's wheel requires in its extra `and-cuda`: NVIDIA's wheels. */
export function cudaRequirements(metadata: string): string[] {
  const matches = [...metadata.matchAll(/^Requires-Dist: ([^;\n]+);\s*extra == ['"]and-cuda['"]/gm)];
  if (matches.length === 0) throw new AnchorkitError("engine install --gpu: TensorFlow's wheel names no CUDA wheels");
  return matches.map(([, requirement = ""]) => requirement.trim());
}

/** Unpacks what is needed to run, and removes the wheel, as CUDA's wheels together take gigabytes. */
async function unpackCuda(wheel: string, folder: string): Promise<void> {
  await unzip(wheel, folder, (name) => name.startsWith("nvidia/") && !/\/include\/|\.(a|h|hpp|py)$/.test(name));
  await rm(dirname(wheel), { recursive: true });
}
