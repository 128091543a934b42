import type { Command } from "commander";
import { countOf } from "../../base/words.ts";
import type { EngineDescription } from "../../engine/describe.ts";
import { addCommonOptions, addExamples, printJson } from "../options.ts";
import { packageVersion } from "../../base/packageVersion.ts";

/** `detect doctor` */
export function addDoctor(program: Command): void {
  const command = program
    .command("doctor")
    .description("Say which engine runs, on what hardware, and how to get a faster one");
  addCommonOptions(command).action(examine);
  addExamples(command, "detect doctor");
}

async function examine({ json }: { json?: true }): Promise<void> {
  const { describeEngine } = await import("../../engine/describe.ts");
  const description = await describeEngine();
  const versions = {
    anchorkit: packageVersion(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
  };
  if (json) printJson({ ...versions, ...description });
  else process.stdout.write(`${report(versions, description)}\n`);
}

function report(versions: Record<string, string>, found: EngineDescription): string {
  const { cpu, memory } = found;
  const native = found.engine === "native";
  const origin = found.origin === "cache" ? "installed by detect engine install" : "part of this project";
  const rows: [string, string][] = [
    ...Object.entries(versions),
    ["engine", native ? `native TensorFlow ${found.tensorflow}` : `tfjs ${found.tensorflow} in JavaScript, slow`],
    ...(found.folder === undefined ? [] : [["from", `${found.folder} (${origin})`] satisfies [string, string]]),
    ["runs on", found.gpus.length > 0 ? found.gpus.join(", ") : `CPU, ${countOf(found.threads, "thread")}`],
    ["CPU", cpu.model],
    ["instructions", cpu.instructions.length > 0 ? cpu.instructions.join(" ") : "not known on this system"],
    ["precision", found.precision === "bfloat16" ? "bfloat16 and float32" : `float32${reasonFor(found)}`],
    ["memory", `${gigabytes(memory.total)} GB, ${gigabytes(memory.available)} GB free`],
  ];
  const lines = rows.map(([name, value]) => `${name.padEnd(13)} ${value}`);
  for (const failure of found.failures) lines.push(`${native ? "note" : "problem"}: ${failure}`);
  for (const advice of found.advice) lines.push(`to do: ${advice}`);
  if (found.advice.length === 0) lines.push("all is well");
  return lines.join("\n");
}

function reasonFor({ cpu, engine }: EngineDescription): string {
  return engine === "native" && !cpu.bfloat16 ? " (the CPU has no bfloat16 instructions)" : "";
}

function gigabytes(bytes: number): string {
  return (bytes / 1e9).toFixed(1);
}
