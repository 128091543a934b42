import type { Command } from "commander";
import { addCommonOptions, addExamples, printJson } from "../options.ts";
import { duration } from "../progress.ts";

interface Flags {
  gpu?: true;
  index?: string;
  json?: true;
}

/** `detect engine install` */
export function addEngine(program: Command): void {
  const engine = program.command("engine").description("Manage the native TensorFlow that everything runs on");
  const command = engine
    .command("install")
    .description("Download TensorFlow for this machine, build its addon, and keep both in the user's cache folder")
    .option("--gpu", "with NVIDIA's CUDA libraries (several GB)")
    .option("--index <url>", "Python package index to download from (default: as in pip's settings)");
  addCommonOptions(command).action(install);
  addExamples(command, "detect engine install", "detect engine install --gpu");
}

async function install({ gpu, index, json }: Flags): Promise<void> {
  const { installEngine } = await import("../../engine/install/install.ts");
  const onMessage = (line: string): void => {
    process.stderr.write(`engine: ${line}\n`);
  };
  const started = performance.now();
  const timer = setInterval(() => {
    onMessage(`still at work after ${duration((performance.now() - started) / 1000)}`);
  }, 20_000);
  const installing = installEngine({ gpu: gpu ?? false, index, onMessage });
  const installed = await installing.finally(() => {
    clearInterval(timer);
  });
  if (json) {
    printJson(installed);
    return;
  }
  const { tensorflow, variant, folder, alreadyThere } = installed;
  const what = `TensorFlow ${tensorflow} (${variant})`;
  process.stdout.write(`${what} ${alreadyThere ? "is already installed" : "installed"}: ${folder}\n`);
}
