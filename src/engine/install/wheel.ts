import { mkdtemp, readdir } from "node:fs/promises";
import { join } from "node:path";
import { AnchorkitError, messageOf } from "../../base/errors.ts";
import { userIndexAddress } from "./indexAddress.ts";
import { downloadFromIndex } from "./packageIndex.ts";
import { parseRequirement } from "./requirement.ts";
import { reasonOf, run } from "./run.ts";

/** How to get wheels. */
export interface WheelOptions {
  /** Platform tags that fit, best first. */
  platformTags: readonly string[];
  /** Address of a package index (PEP 503); by default what pip, or its settings, say. */
  index?: string | undefined;
  onMessage: (line: string) => void;
}

/**
 * Downloads the wheel that meets a requirement ("tensorflow-cpu==2.21.0") into a new folder inside `folder` and returns
 * its path. pip does it where it is there, as it knows the user's mirrors, proxies and certificates; otherwise, or when
 * pip fails, the wheel comes over HTTPS with its checksum. Throws an error that holds the reasons of both.
 */
export async function fetchWheel(requirement: string, folder: string, options: WheelOptions): Promise<string> {
  const target = await mkdtemp(join(folder, "wheel-"));
  const pip = await findPip();
  const failures: string[] = [];
  if (pip !== undefined) {
    options.onMessage(`downloading ${requirement} with pip`);
    const failure = await downloadWithPip(pip, requirement, target, options);
    const [wheel] = (await readdir(target)).filter((name) => name.endsWith(".whl"));
    if (failure === undefined && wheel !== undefined) return join(target, wheel);
    failures.push(`pip: ${failure ?? "downloaded no wheel"}`);
  }
  const index = options.index ?? userIndexAddress();
  if (index !== undefined) {
    options.onMessage(`downloading ${requirement} over HTTPS`);
    try {
      return await downloadFromIndex(
        index,
        parseRequirement(requirement),
        options.platformTags,
        target,
        options.onMessage,
      );
    } catch (error) {
      failures.push(messageOf(error));
    }
  }
  if (failures.length > 0) throw new AnchorkitError(`engine install: ${requirement}: ${failures.join("; ")}`);
  throw new AnchorkitError(
    "engine install: TensorFlow comes as a Python wheel, and neither pip nor the address of a package index is here; " +
      "install pip (Debian and Ubuntu: apt-get install python3-pip, Fedora: dnf install python3-pip), " +
      "or give an address with --index <url> or PIP_INDEX_URL",
  );
}

/** A command that runs pip, or undefined. */
async function findPip(): Promise<readonly [string, ...string[]] | undefined> {
  const commands = [["python3", "-m", "pip"], ["python", "-m", "pip"], ["pip3"], ["pip"]] as const;
  for (const command of commands) {
    const [program, ...args] = command;
    if ((await run(program, [...args, "--version"])).code === 0) return command;
  }
  return undefined;
}

/** Runs `pip download`; any Python will do, as only the wheel's platform matters. Returns why it failed, if it did. */
async function downloadWithPip(
  [program, ...args]: readonly [string, ...string[]],
  requirement: string,
  folder: string,
  { platformTags, index }: WheelOptions,
): Promise<string | undefined> {
  const which = ["--python-version", "3.11", "--implementation", "cp", "--abi", "cp311"];
  const platforms = platformTags.flatMap((tag) => ["--platform", tag]);
  const quiet = ["--disable-pip-version-check", "--no-input", "--progress-bar", "off", "--quiet"];
  const from = index === undefined ? [] : ["--index-url", index];
  const result = await run(program, [
    ...[...args, "download", ...quiet, "--no-deps", "--only-binary=:all:"],
    ...[...which, ...platforms, ...from, "--dest", folder, requirement],
  ]);
  return result.code === 0 ? undefined : reasonOf(result);
}
