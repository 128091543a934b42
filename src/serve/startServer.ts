import { once } from "node:events";
import type { Server } from "node:http";
import { type AddressInfo, Server as NetServer } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { destination, type Logger, pino } from "pino";
import { AnchorkitError } from "../base/errors.ts";
import { knownOptions } from "../geometry/knownOptions.ts";
import { createApp } from "./http/app.ts";
import { Decoding } from "./images/received.ts";
import { ServerMetrics } from "./metrics.ts";
import type { Opened } from "./inference/messages.ts";
import { DEFAULTS, type ServeOptions, type Settings } from "./options.ts";
import { ServedModel } from "./versions/servedModel.ts";

/** A server that answers. */
export interface RunningServer {
  /** Where it is, "http://127.0.0.1:8501". */
  url: string;
  port: number;
  /** A version of a model, while it is the one that answers. */
  describe(model: string, version: number): Opened | undefined;
  /** Takes no more requests, answers what is under way, as long as `timeout` at most, and ends all that was started. */
  close(): Promise<void>;
}

/**
 * Serves trained models over HTTP, see docs/serving.md. It answers once all of them are open and have computed something.
 *
 * @throws AnchorkitError if a model cannot be opened, or the port is taken
 */
export async function startServer(options: ServeOptions): Promise<RunningServer> {
  const settings = settingsOf(options);
  const log = pino({ level: settings.logLevel, base: {} }, destination({ dest: 2, sync: true }));
  let isStopping = false;
  const models: ServedModel[] = [];
  const metrics = new ServerMetrics(() => models);
  models.push(...settings.models.map((source) => servedModel(source, settings, metrics, log)));
  const { observer, maxPixels } = settings;
  const parts = { settings, models, log, isStopping: () => isStopping, decoding: new Decoding(maxPixels), metrics };
  const { fetch } = createApp({ ...parts, observer });
  const server = createAdaptorServer({ fetch, overrideGlobalObjects: false, autoCleanupIncoming: false }) as Server;
  server.requestTimeout = Math.max(1000 * settings.timeout, LEAST_MS_TO_SEND);
  const stop = async (): Promise<void> => {
    isStopping = true;
    await closeServer(server, 1000 * settings.timeout);
    await Promise.all(models.map((model) => model.close()));
    await observer?.close();
    log.flush();
  };
  let stopped: Promise<void> | undefined;
  const close = (): Promise<void> => (stopped ??= stop());
  try {
    const { port } = await listen(server, settings);
    await allDone(models.map((model) => model.start()));
    const host = settings.host.includes(":") ? `[${settings.host}]` : settings.host;
    return {
      ...{ url: `http://${host}:${port}`, port, close },
      describe(name, version) {
        const model = models.find((one) => one.name === name);
        const current = model?.ready ? model.current : undefined;
        return current?.version === version ? current.opened : undefined;
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

const OPTIONS = {
  ...{
    models: true,
    host: true,
    port: true,
    token: true,
    workers: true,
    maxBatch: true,
    batchDelay: true,
    queue: true,
  },
  ...{ timeout: true, maxBody: true, maxPixels: true, watch: true, logLevel: true, observer: true },
  ...{ engine: true, precision: true },
} as const satisfies Record<keyof ServeOptions, true>;

/** Who sends slowly has at least so long. */
const LEAST_MS_TO_SEND = 10_000;

function settingsOf(options: ServeOptions): Settings {
  knownOptions("startServer", options, OPTIONS);
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  return { ...DEFAULTS, ...(given as unknown as ServeOptions) };
}

function servedModel(
  source: ServeOptions["models"][number],
  settings: Settings,
  metrics: ServerMetrics,
  log: Logger,
): ServedModel {
  const { name } = source;
  const onBatch = metrics.countBatch.bind(metrics, name);
  const onReload = metrics.countReload.bind(metrics, name);
  const onDeath = (reason: string): void => {
    metrics.countDeath(name);
    log.error({ model: name, reason }, "a process that computes has ended; another one is started");
  };
  return new ServedModel(source, settings, { onBatch, onReload, onDeath }, log);
}

async function listen(server: Server, { host, port }: Settings): Promise<AddressInfo> {
  const listening = once(server, "listening");
  server.listen(port, host);
  try {
    await listening;
    return server.address() as AddressInfo;
  } catch (error) {
    throw new AnchorkitError(`${host}:${port}: ${whyNot(error as NodeJS.ErrnoException)}`);
  }
}

function whyNot({ code, message }: NodeJS.ErrnoException): string {
  if (code === "EADDRINUSE") return "another program has this port; give another one, or 0 for any that is free";
  if (code === "EACCES") return "this port needs the rights of an administrator; give one from 1024 on";
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") return "is no address of this machine";
  return message;
}

/** Ends once each of them has, whichever of them fail; then the first failure is thrown. */
async function allDone(works: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(works)).find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
}

/**
 * Ends once all that is under way is answered, or the time is up. Connections that nothing is asked on are closed a moment
 * later than the door: what was sent on them just before is read and answered.
 */
async function closeServer(server: Server, milliseconds: number): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, "close");
  NetServer.prototype.close.call(server); // http's own cuts off requests that have come and were not read yet
  const idle = setTimeout(() => { server.closeIdleConnections(); }, MS_TO_BE_READ); // prettier-ignore
  const late = setTimeout(() => { server.closeAllConnections(); }, milliseconds); // prettier-ignore
  await closed;
  clearTimeout(idle);
  clearTimeout(late);
  server.close(); // what http keeps beside the connections
}

const MS_TO_BE_READ = 250;
