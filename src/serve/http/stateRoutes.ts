import type { Hono } from "hono";
import type { ServerMetrics } from "../metrics.ts";
import type { ServedModel } from "../versions/servedModel.ts";
import type { RequestContext, RequestEnv } from "./requestContext.ts";

/** `/healthz`: the server lives. `/readyz`: it answers; not before its models are open, and not once it stops. */
export function addProbes(app: Hono<RequestEnv>, models: readonly ServedModel[], isStopping: () => boolean): void {
  app.get("/healthz", (c) => {
    c.get("state").route = "healthz";
    return c.json({ status: "alive" });
  });
  app.get("/readyz", (c) => {
    c.get("state").route = "readyz";
    const absent = models.filter(({ ready }) => !ready).map(({ name }) => name);
    if (isStopping()) return c.json({ status: "stopping" }, 503);
    return absent.length > 0 ? c.json({ status: "opening", models: absent }, 503) : c.json({ status: "ready" });
  });
}

/** `/metrics` for Prometheus, and `/models`: which models there are. */
export function addState(app: Hono<RequestEnv>, models: readonly ServedModel[], metrics: ServerMetrics): void {
  app.get("/metrics", async (c: RequestContext) => {
    c.get("state").route = "metrics";
    const { text, type } = await metrics.read();
    return c.body(text, 200, { "Content-Type": type });
  });
  app.get("/models", (c) => {
    c.get("state").route = "models";
    const listed = models.map((model) => {
      if (!model.ready) return { name: model.name, ready: false };
      const { version, opened } = model.current;
      const { classes, model: architecture } = opened.description;
      return { name: model.name, ready: true, version, task: opened.kind, architecture, classes };
    });
    return c.json({ models: listed });
  });
}
