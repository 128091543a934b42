import type { Command } from "commander";
import { addCommonOptions, addExamples, printJson } from "../options.ts";

interface Flags {
  gpu?: true;
  index?: string;
  json?: true;
}

/** `detect engine install` */
export function addEngine(program: Command): void {
  const engine = program.command("engine").description("The native TensorFlow that everything runs on");
  const command = engine
    .command("install")
    .description("Fetch TensorFlow for this machine, build its addon, keep both in the user's cache folder")
    .option("--gpu", "with NVIDIA's CUDA libraries (several GB)")
    .option("--index <url>", "Python package index to fetch from (default: what pip's settings say)");
  addCommonOptions(command).action(install);
  addExamples(command, "detect engine install", "detect engine install --gpu");
}

async function install({ gpu, index, json }: Flags): Promise<void> {
  const { installEngine } = await import("../../engine/install/install.ts");
  const onMessage = (line: string): void => {
    process.stderr.write(`engine: ${line}\n`);
  };
  const installed = await installEngine({ gpu: gpu ?? false, index, onMessage });
  if (json) {
    printJson(installed);
    return;
  }
  const { tensorflow, variant, folder, alreadyThere } = installed;
  const what = `TensorFlow ${tensorflow} (${variant})`;
  process.stdout.write(`${what} ${alreadyThere ? "is there already" : "installed"}: ${folder}\n`);
}
