import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, statfs, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { AnchorkitError, messageOf } from "../../base/errors.ts";
import { compileAddon, findCompiler, installNodePackage } from "./addon.ts";
import {
  engineFolder,
  findEngines,
  nodePackageFolder,
  readInstallRecord,
  recordPath,
  type InstallRecord,
} from "../locate.ts";
import { withLock } from "../../base/lock.ts";
import { librarySource, TENSORFLOW_VERSION, type Variant } from "./platform.ts";
import { tryEngine } from "./tryEngine.ts";
import { unpackTensorFlow } from "./unpack.ts";

/** Options of `installEngine`. */
export interface InstallOptions {
  /** TensorFlow with NVIDIA's CUDA libraries; without a graphics card it runs on the CPU. */
  gpu?: boolean;
  /** Address of a Python package index (PEP 503); by default what pip, or its settings, say. */
  index?: string | undefined;
  /** Told what is being done, a line at a time. */
  onMessage?: (line: string) => void;
}

/** What `installEngine` did. */
export interface InstalledEngine {
  /** The one folder that holds everything; a package of the user's project if that works as it is. */
  folder: string;
  tensorflow: string;
  variant: Variant;
  /** True if it was there before, and works. */
  alreadyThere: boolean;
}

/** What to expect, for those who wait. */
const DOWNLOADS = {
  cpu: "a download of some 300 MB, then a minute of unpacking and compiling",
  gpu: "a download of several GB, then some minutes of unpacking and compiling",
};

/** Free disk space that an installation needs at its peak, in bytes: the download and what is unpacked from it. */
const SPACE_NEEDED = { cpu: 1.3e9, gpu: 7e9 };

/**
 * Installs native TensorFlow for Node into the user's cache folder: tfjs-node-gpu's JavaScript from npm, TensorFlow's
 * libraries from its Python wheel, and the addon between them, compiled here. Everything is made in a folder beside the
 * final one, tried in a process of its own, and renamed when it works. Throws an error that says what to do.
 */
export async function installEngine(options: InstallOptions = {}): Promise<InstalledEngine> {
  const variant: Variant = options.gpu === true ? "gpu" : "cpu";
  const onMessage = options.onMessage ?? (() => undefined);
  const own = variant === "cpu" ? await findProjectEngine() : undefined;
  if (own !== undefined) return { ...own, variant, alreadyThere: true };
  const source = librarySource(variant);
  const folder = engineFolder(variant);
  await makeCacheFolder(dirname(folder));
  const installed = { folder, tensorflow: TENSORFLOW_VERSION, variant };
  const waiting = () => {
    onMessage("waiting for another installation to finish");
  };
  return withLock(`${folder}.lock`, waiting, async () => {
    if (readInstallRecord(folder) !== undefined) {
      onMessage("checking the TensorFlow that is installed (a few seconds)");
      const { problem } = await tryEngine(nodePackageFolder(folder));
      if (problem === undefined) return { ...installed, alreadyThere: true };
      onMessage(`what is installed does not work (${problem}); installing again`);
    }
    const compiler = findCompiler();
    await removeStagingFolders(folder);
    await checkSpace(dirname(folder), SPACE_NEEDED[variant]);
    const staging = `${folder}.staging-${randomBytes(4).toString("hex")}`;
    try {
      await mkdir(staging);
      onMessage(`installing TensorFlow ${TENSORFLOW_VERSION} (${variant}) in ${folder}: ${DOWNLOADS[variant]}`);
      onMessage("downloading tfjs-node-gpu with npm");
      const parts = await Promise.allSettled([
        installNodePackage(staging),
        unpackTensorFlow(staging, source, variant, { index: options.index, onMessage }),
      ]);
      for (const part of parts) if (part.status === "rejected") throw part.reason;
      onMessage(`compiling the addon with ${basename(compiler[0])} (10 to 60 seconds)`);
      await compileAddon(staging, source.libraries, compiler);
      await rm(join(staging, "tensorflow", "include"), { recursive: true });
      onMessage("trying it out (a few seconds)");
      const { problem } = await tryEngine(nodePackageFolder(staging));
      if (problem !== undefined) throw new AnchorkitError(`engine install: what was built does not load: ${problem}`);
      const record: InstallRecord = { tensorflow: TENSORFLOW_VERSION, variant, installed: new Date().toISOString() };
      await writeFile(recordPath(staging), `${JSON.stringify(record, null, 2)}\n`);
      await rm(folder, { recursive: true, force: true });
      await rename(staging, folder);
    } catch (error) {
      await rm(staging, { recursive: true, force: true });
      throw error instanceof AnchorkitError ? error : new AnchorkitError(`engine install: ${messageOf(error)}`);
    }
    return { ...installed, alreadyThere: false };
  });
}

/** The engine in a package of the user's project, which `loadEngine` would take before one in the cache, if it works. */
async function findProjectEngine(): Promise<{ folder: string; tensorflow: string } | undefined> {
  for (const { origin, folder, addon } of findEngines()) {
    if (origin !== "project" || !existsSync(addon)) continue;
    const trial = await tryEngine(folder);
    if (trial.problem === undefined) return { folder, tensorflow: trial.tensorflow };
  }
  return undefined;
}

async function makeCacheFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw new AnchorkitError(
      `engine install: cannot make ${folder} (${messageOf(error)}); set XDG_CACHE_HOME to a folder that can be written`,
    );
  }
}

async function checkSpace(folder: string, needed: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= needed) return;
  const [free, need] = [bavail * bsize, needed].map((bytes) => (bytes / 1e9).toFixed(1));
  throw new AnchorkitError(`engine install: needs ${need} GB of disk in ${folder}, and ${free} GB are free`);
}

/** Removes what dead installations left beside the folder; the lock is held, so none is alive. */
async function removeStagingFolders(folder: string): Promise<void> {
  const parent = dirname(folder);
  for (const name of await readdir(parent)) {
    if (name.startsWith(`${basename(folder)}.staging-`)) await rm(join(parent, name), { recursive: true, force: true });
  }
}
