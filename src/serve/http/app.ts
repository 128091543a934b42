import { Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Logger } from "pino";
import type { Answering } from "../answers/answerImages.ts";
import type { Settings } from "../options.ts";
import { Refusal } from "../refusal.ts";
import type { ServedModel } from "../versions/servedModel.ts";
import { dropBody } from "./bodies.ts";
import { followRequests } from "./followRequests.ts";
import { openApi } from "./openApi.ts";
import { addPage } from "./pageRoutes.ts";
import { addPlainRoutes } from "./plainRoutes.ts";
import type { RequestContext, RequestEnv } from "./requestContext.ts";
import { requireToken } from "./requireToken.ts";
import { addProbes, addState } from "./stateRoutes.ts";
import { addTensorflowRoutes } from "./tensorflowRoutes.ts";

/** What a server is made of. */
export interface ServerParts extends Answering {
  settings: Settings;
  models: readonly ServedModel[];
  log: Logger;
  isStopping: () => boolean;
}

/** All addresses of a server. */
export function createApp({ settings, models, log, isStopping, ...answering }: ServerParts): Hono<RequestEnv> {
  const { timeout, token, maxBody, maxPixels, queue } = settings;
  const app = new Hono<RequestEnv>();
  app.use(followRequests(timeout, isStopping, answering.metrics, log));
  app.onError((error, c) => refuse(error, c, log));
  app.notFound((c) => refuse(unknownAddress(c, models), c, log));
  addProbes(app, models, isStopping);
  addPage(app);
  if (token !== undefined) app.use(requireToken(token));
  addState(app, models, answering.metrics);
  app.get("/openapi.json", (c) => {
    c.get("state").route = "openapi";
    return c.json(openApi(models, token !== undefined));
  });
  for (const model of models) addTensorflowRoutes(app, model, answering, { most: queue, maxPixels, maxBody });
  addPlainRoutes(app, models, answering, maxBody);
  return app;
}

async function refuse(error: Error, c: RequestContext, log: Logger): Promise<Response> {
  if (!(await dropBody(c.env.incoming))) c.header("Connection", "close");
  if (error instanceof Refusal) {
    return c.json({ error: error.message }, error.status as ContentfulStatusCode, { ...error.headers });
  }
  const { id, signal } = c.get("state");
  if (!signal.aborted) log.error({ request: id, stack: error.stack }, error.message);
  return c.json({ error: `something went wrong; the server's log says what, of the request ${id}` }, 500);
}

function unknownAddress(c: RequestContext, models: readonly ServedModel[]): Refusal {
  const { method, path } = c.req;
  const model = /^\/v1\/models\/([^/:]+)/.exec(path)?.[1];
  if (model !== undefined && !models.some(({ name }) => name === model))
    return new Refusal(404, `Servable not found for request: Latest(${model}), ${method} ${path}`);
  return new Refusal(404, `there is no ${method} ${path}; /openapi.json says what there is`);
}
