import { existsSync } from "node:fs";
import { basename, dirname, extname } from "node:path";
import type { Command } from "commander";
import { defined } from "../../base/defined.ts";
import { UsageError } from "../../base/errors.ts";
import type { Observer } from "../../serve/observer.ts";
import type { RunningServer } from "../../serve/startServer.ts";
import { DEFAULTS, LOG_LEVELS, type LogLevel, type ModelSource, type ServeOptions } from "../../serve/options.ts";
import { IMAGE_FORMS, type ImageForm } from "../../monitoring/monitor/imageForms.ts";
import { abortOnInterrupt } from "../interrupt.ts";
import { addCommonOptions, addDetectorOptions, addExamples, choice, numberIn, printJson } from "../options.ts";

interface Flags extends Required<Pick<ServeOptions, "engine" | "precision">> {
  port: number;
  host: string;
  workers: number;
  maxBatch: number;
  batchDelay: number;
  queue: number;
  timeout: number;
  /** Megabytes and megapixels. */
  maxBody: number;
  maxPixels: number;
  watch: number;
  monitor?: string;
  monitorImages: ImageForm;
  monitorPerHour: number;
  monitorDays: number;
  tokenEnv: string;
  withoutToken?: true;
  logLevel: LogLevel;
  json?: true;
}

const MILLION = 1_000_000;

/** `detect serve` */
export function addServe(program: Command): void {
  const command = program
    .command("serve")
    .description("Answer over HTTP what trained models say of images: the addresses of TensorFlow Serving, and plain ones")
    .argument(
      "<runs...>",
      "run folders, exported .onnx files, or folders 1, 2, … of versions; several as name=run",
    )
    .option("--port <n>", "port to listen on; 0 for any that is free", numberIn({ whole: true, min: 0, max: 65_535 }), DEFAULTS.port)
    .option("--host <address>", "address to listen on; 0.0.0.0 for all of this machine, which asks for a token", DEFAULTS.host)
    .option("--token-env <name>", "environment variable that holds the token which requests must bear, if it is set", "ANCHORKIT_TOKEN")
    .option("--without-token", "listen on addresses that others reach without asking for a token")
    .option("--workers <n>", "processes that compute, for each model", numberIn({ whole: true, min: 1, max: 64 }), DEFAULTS.workers)
    .option("--max-batch <n>", "images that are computed at once at most", numberIn({ whole: true, min: 1, max: 256 }), DEFAULTS.maxBatch)
    .option("--batch-delay <ms>", "milliseconds that an image waits for others to be computed with", numberIn({ min: 0, max: 10_000 }), DEFAULTS.batchDelay)
    .option("--queue <n>", "images of a model that wait at most; what comes then is answered with 503", numberIn({ whole: true, min: 1, max: 100_000 }), DEFAULTS.queue)
    .option("--timeout <s>", "seconds after which a request is answered with 504", numberIn({ above: 0, max: 3600 }), DEFAULTS.timeout)
    .option("--max-body <MB>", "largest body of a request", numberIn({ above: 0, max: 2000 }), DEFAULTS.maxBody / MILLION)
    .option("--max-pixels <MP>", "largest image, in millions of pixels", numberIn({ above: 0, max: 1000 }), DEFAULTS.maxPixels / MILLION)
    .option("--watch <s>", "seconds between looks for new weights and versions; 0: never", numberIn({ min: 0, max: 86_400 }), DEFAULTS.watch)
    .option("--monitor <folder>", "keep a rolling sample of what is asked and answered there, for detect drift")
    .addOption(choice("--monitor-images <form>", "what is kept of images: what the model saw, the file without its metadata, nothing", IMAGE_FORMS, "small"))
    .option("--monitor-per-hour <n>", "inputs that are kept of an hour at most", numberIn({ whole: true, min: 1, max: 1_000_000 }), 60)
    .option("--monitor-days <n>", "days after which an input is removed", numberIn({ above: 0, max: 3650 }), 30)
    .addOption(choice("--log-level <level>", "what is logged, and whatever is worse", LOG_LEVELS, DEFAULTS.logLevel)); // prettier-ignore
  addDetectorOptions(command);
  addCommonOptions(command).action(serve);
  addExamples(
    command,
    "detect serve runs/cells",
    "detect serve cells=runs/cells digits=digits.onnx --port 8080 --workers 2",
    "detect serve runs/cells --monitor monitored",
    "ANCHORKIT_TOKEN=$(cat token) detect serve runs/cells --host 0.0.0.0",
  );
}

async function serve(runs: string[], flags: Flags): Promise<void> {
  const { json, tokenEnv, maxBody, maxPixels, ...same } = flags;
  const models = modelsOf(runs);
  const token = process.env[tokenEnv];
  requireToken(flags, token);
  const stopped = abortOnInterrupt(() => process.stderr.write("stopping: what is under way is answered first\n"));
  const { startServer } = await import("../../serve/startServer.ts");
  const limits = { maxBody: Math.round(maxBody * MILLION), maxPixels: Math.round(maxPixels * MILLION) };
  const { port, host, workers, maxBatch, batchDelay, queue, timeout, watch, logLevel, engine, precision } = same;
  let describe: RunningServer["describe"] = () => undefined;
  const observer = await openObserver(flags, (model, version) => describe(model, version));
  const server = await startServer({
    ...{ models, port, host, workers, maxBatch, batchDelay, queue, timeout, watch, logLevel, engine, precision },
    ...limits,
    ...defined({ token, observer }),
  });
  describe = (...asked) => server.describe(...asked);
  const names = models.map(({ name }) => name);
  if (json) printJson({ url: server.url, models: names, token: token !== undefined });
  process.stderr.write(`serving ${names.join(", ")} at ${server.url} (Ctrl-C ends it)\n`);
  if (!stopped.aborted) await new Promise((resolve) => { stopped.addEventListener("abort", resolve); }); // prettier-ignore
  await server.close();
}

/**
 * What keeps a sample of what is asked, where that is wished.
 *
 * @throws AnchorkitError for a folder that cannot be written to
 */
async function openObserver(
  { monitor, monitorImages, monitorPerHour, monitorDays }: Flags,
  describe: RunningServer["describe"],
): Promise<Observer | undefined> {
  if (monitor === undefined) return undefined;
  const { requireWritable } = await import("../../base/output/requireWritable.ts");
  const { openMonitors } = await import("../../monitoring/monitor/openMonitors.ts");
  await requireWritable(monitor);
  return openMonitors(monitor, describe, {
    ...{ images: monitorImages, perHour: monitorPerHour, days: monitorDays },
    onProblem: (problem) => process.stderr.write(`warning: ${problem}\n`),
  });
}

/**
 * The models and their names: `name=run`, or a path whose last part is the name.
 *
 * @throws UsageError for a name that cannot stand in an address, or stands twice; or where there is nothing
 */
export function modelsOf(runs: readonly string[]): ModelSource[] {
  const models = runs.map((run): ModelSource => {
    const [, name, path] = /^([^=/\\]+)=(.+)$/s.exec(run) ?? [];
    return name !== undefined && path !== undefined && !existsSync(run)
      ? { name, path }
      : { name: nameOf(run), path: run };
  });
  for (const { name, path } of models) {
    if (!/^[A-Za-z0-9][\w.-]{0,99}$/.test(name)) {
      throw new UsageError(`${path}: "${name}" cannot be its name in addresses; name it: detect serve name=${path}`);
    }
    if (!existsSync(path)) throw new UsageError(`${path}: there is no such file or folder`);
    if (models.filter((other) => other.name === name).length > 1) {
      throw new UsageError(`several models are called "${name}"; name them: detect serve a=${path} b=…`);
    }
  }
  return models;
}

/** Of runs/cells and runs/cells/best "cells", of cells.onnx, too. */
function nameOf(path: string): string {
  const name = basename(path, extname(path) === ".onnx" ? ".onnx" : "");
  return ["best", "last"].includes(name) ? basename(dirname(path)) : name;
}

/** @throws UsageError where a server that others can reach would ask nobody who they are */
function requireToken({ host, tokenEnv, withoutToken }: Flags, token: string | undefined): void {
  if (token !== undefined && !/^\S{8,}$/.test(token)) {
    throw new UsageError(`${tokenEnv}: a token must be at least 8 characters without spaces`);
  }
  if (token !== undefined || withoutToken || isLoopback(host)) return;
  throw new UsageError(
    `--host ${host}: others can reach it, and there is no token: set the environment variable ${tokenEnv}, or insist with --without-token`,
  );
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}
