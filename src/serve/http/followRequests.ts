import { randomUUID } from "node:crypto";
import { createMiddleware } from "hono/factory";
import type { Logger } from "pino";
import { messageOf } from "../../base/errors.ts";
import type { ServerMetrics } from "../metrics.ts";
import { Refusal } from "../refusal.ts";
import type { RequestEnv, RequestState } from "./requestContext.ts";

/** Identifiers that are taken from a client: what can stand in a log and a header as it is. */
const ID = /^[\w.:+/=-]{1,128}$/;

/**
 * Gives each request an identifier and a time limit, counts it and writes a line to the log when it has been answered or given
 * up.
 *
 * @param timeout seconds
 */
export function followRequests(timeout: number, isStopping: () => boolean, metrics: ServerMetrics, log: Logger) {
  return createMiddleware<RequestEnv>(async (c, next) => {
    const began = performance.now();
    const given = c.req.header("x-request-id");
    const controller = new AbortController();
    const state: RequestState = {
      id: given !== undefined && ID.test(given) ? given : randomUUID(),
      ...{ route: "other", signal: controller.signal, images: 0, afterwards: [] },
    };
    c.set("state", state);
    c.header("X-Request-Id", state.id);
    c.header("X-Content-Type-Options", "nosniff");
    if (isStopping()) c.header("Connection", "close");
    const timer = setTimeout(() => {
      controller.abort(new Refusal(504, `took longer than ${timeout} s`));
    }, 1000 * timeout);
    const { outgoing } = c.env;
    const { method, path } = c.req;
    outgoing.once("close", () => {
      clearTimeout(timer);
      controller.abort();
      const sent = outgoing.writableFinished;
      const status = sent ? outgoing.statusCode : GONE;
      const seconds = (performance.now() - began) / 1000;
      metrics.countRequest({ route: state.route, method, status, seconds });
      const { id, images } = state;
      const entry = { request: id, method, path, status, milliseconds: Math.round(1e4 * seconds) / 10, images };
      log[levelOf(state.route, status)](entry, sent ? "answered" : "given up");
      if (sent) for (const work of state.afterwards) doQuietly(work, log);
    });
    await next();
  });
}

/** What asks every few seconds how the server is says nothing of its use. */
const PROBES = new Set(["healthz", "readyz", "metrics"]);

function levelOf(route: string, status: number): "debug" | "info" | "warn" {
  if (PROBES.has(route)) return "debug";
  return status >= 500 ? "warn" : "info";
}

/** What a request counts as whose connection was gone before it was answered; no client ever sees it. */
const GONE = 499;

function doQuietly(work: () => void, log: Logger): void {
  try {
    work();
  } catch (error) {
    log.error({ reason: messageOf(error) }, "what observes answers has failed");
  }
}
