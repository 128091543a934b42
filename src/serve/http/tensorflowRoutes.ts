import type { Hono } from "hono";
import { type Answering, answerImages } from "../answers/answerImages.ts";
import { chosenPart } from "../answers/chosenPart.ts";
import { predictionOf } from "../answers/documents.ts";
import { readInstances, SIGNATURE } from "../images/readInstances.ts";
import type { Opened } from "../inference/messages.ts";
import { Refusal } from "../refusal.ts";
import type { ServedModel } from "../versions/servedModel.ts";
import { readBody } from "./bodies.ts";
import { readChoice } from "./choices.ts";
import type { RequestContext, RequestEnv } from "./requestContext.ts";

/** How many images a request may hold, how many pixels each, and how many bytes it may have. */
export interface InstanceLimits {
  most: number;
  maxPixels: number;
  maxBody: number;
}

/** The addresses that TensorFlow Serving has for a model. */
export function addTensorflowRoutes(
  app: Hono<RequestEnv>,
  model: ServedModel,
  answering: Answering,
  limits: InstanceLimits,
): void {
  const base = `/v1/models/${model.name}`;
  const predict = (version: string | undefined) => async (c: RequestContext) => {
    const state = c.get("state");
    state.route = "predict";
    requireVersion(model, version);
    model.requireRoom(1);
    const body = await readBody(c.env.incoming, limits.maxBody, state.signal);
    const { choice, wanted } = readChoice(c, model.current.opened.kind);
    const received = readInstances(body.toString(), limits);
    const { answered, description } = await answerImages(answering, model, received, wanted, state);
    const predictions = answered.map((one, i) =>
      one instanceof Refusal
        ? { error: `instances[${i}]: ${one.message}` }
        : predictionOf(chosenPart(one.answer, choice), description),
    );
    const [first] = predictions;
    if (first && answered.every((one) => one instanceof Refusal)) return c.json(first, 400);
    return c.json({ predictions });
  };
  const status = (version: string | undefined) => (c: RequestContext) => {
    c.get("state").route = "status";
    requireVersion(model, version);
    return c.json(statusOf(model));
  };
  const metadata = (version: string | undefined) => (c: RequestContext) => {
    c.get("state").route = "metadata";
    requireVersion(model, version);
    return c.json(metadataOf(model));
  };
  app.get(base, status(undefined));
  app.get(`${base}/metadata`, metadata(undefined));
  app.post(`${base}:predict`, predict(undefined));
  app.get(`${base}/versions/:version{\\d+}`, (c) => status(c.req.param("version"))(c));
  app.get(`${base}/versions/:version{\\d+}/metadata`, (c) => metadata(c.req.param("version"))(c));
  app.post(`${base}/versions/:call{\\d+:predict}`, (c) => predict(c.req.param("call").split(":")[0])(c));
}

/** @throws Refusal unless it is the version that is in use, or none is named */
function requireVersion(model: ServedModel, version: string | undefined): void {
  if (version === undefined || String(model.current.version) === version) return;
  throw new Refusal(404, `Servable not found for request: Specific(${model.name}, ${version})`);
}

function statusOf(model: ServedModel) {
  const status = { error_code: "OK", error_message: "" };
  return { model_version_status: [{ version: String(model.current.version), state: "AVAILABLE", status }] };
}

function metadataOf(model: ServedModel) {
  const { version, opened } = model.current;
  const signature = {
    inputs: {
      image_bytes: { dtype: "DT_STRING", tensor_shape: { dim: [{ size: "-1", name: "" }], unknown_rank: false }, name: "" },
    },
    outputs: Object.fromEntries(OUTPUTS[opened.kind].map((name) => [name, { name }])),
    method_name: "tensorflow/serving/predict",
  }; // prettier-ignore
  return {
    model_spec: { name: model.name, signature_name: "", version: String(version) },
    metadata: {
      signature_def: { signature_def: { [SIGNATURE]: signature } },
      anchorkit: { task: opened.kind, batches: opened.sizes, description: opened.description },
    },
  };
}

const OUTPUTS: Readonly<Record<Opened["kind"], readonly string[]>> = {
  detection: ["boxes", "scores", "classes", "names"],
  classification: ["probabilities", "class", "name"],
  segmentation: ["boxes", "scores", "classes", "names", "masks"],
  reading: ["text", "confidence"],
};
