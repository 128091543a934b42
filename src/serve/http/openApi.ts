import { z } from "zod";
import { packageVersion } from "../../base/packageVersion.ts";
import { DOCUMENTS, PREDICTIONS } from "../answers/documents.ts";
import { PICTURES } from "../answers/drawAnswer.ts";
import { PredictBody } from "../images/readInstances.ts";
import type { ServedModel } from "../versions/servedModel.ts";
import { Query } from "./choices.ts";

type Json = Readonly<Record<string, unknown>>;

/** The OpenAPI document (3.1) of a server: every address with what it takes and answers, by the kinds of its models. */
export function openApi(models: readonly ServedModel[], hasToken: boolean): Json {
  const open = models.filter(({ ready }) => ready);
  return {
    openapi: "3.1.0",
    info: { title: "anchorkit", version: packageVersion(), description: "What trained models say of images" },
    paths: {
      ...Object.assign({}, ...open.map(pathsOf)),
      ...(open.length === 1 && open[0] && { "/predict": plainPath(open[0]) }),
      "/models": { get: operation("which models there are", answered(ANYTHING)) },
      "/metrics": { get: operation("counts for Prometheus", { 200: { description: "text", content: { "text/plain": {} } } }) },
      "/healthz": { get: { ...operation("the server lives", answered(ANYTHING)), security: [] } },
      "/readyz": { get: { ...operation("the server answers", { ...answered(ANYTHING), 503: REFUSED }), security: [] } },
    },
    components: {
      responses: { Refused: { description: "not answered, and why", content: json(schemaOf(z.object({ error: z.string() }))) } },
      ...(hasToken && { securitySchemes: { token: { type: "http", scheme: "bearer" } } }),
    },
    ...(hasToken && { security: [{ token: [] }] }),
  }; // prettier-ignore
}

/** Those of a model. */
function pathsOf(model: ServedModel): Json {
  const base = `/v1/models/${model.name}`;
  const version = [{ name: "version", in: "path", required: true, schema: { type: "integer", minimum: 1 } }];
  const predict = {
    ...operation("what it says of images, as TensorFlow Serving answers", answered(predictionsOf(model)), STATUSES),
    ...{ parameters: QUERY, requestBody: { required: true, content: json(schemaOf(PredictBody)) } },
  };
  const status = operation("its version, and whether it is ready", answered(ANYTHING), [404, 503]);
  const metadata = operation("its inputs and outputs, classes and preprocessing", answered(ANYTHING), [404, 503]);
  return {
    [`/models/${model.name}/predict`]: plainPath(model),
    [base]: { get: status },
    [`${base}/metadata`]: { get: metadata },
    [`${base}:predict`]: { post: predict },
    [`${base}/versions/{version}`]: { parameters: version, get: status },
    [`${base}/versions/{version}/metadata`]: { parameters: version, get: metadata },
    [`${base}/versions/{version}:predict`]: { parameters: version, post: predict },
  };
}

function plainPath(model: ServedModel): Json {
  const file = { schema: { type: "string", format: "binary" } };
  const form = { schema: { type: "object", properties: { image: { type: "string", format: "binary" } } } };
  const pictures = Object.fromEntries(Object.keys(PICTURES).map((type) => [type, file]));
  const head = z.object({
    ...{ model: z.string(), version: z.int(), image: z.object({ width: z.int(), height: z.int() }) },
    ...DOCUMENTS[model.current.opened.kind].shape,
  });
  return {
    post: {
      ...operation(
        "what it says of an image; with Accept: image/png or image/jpeg, the picture with it drawn",
        { 200: { description: "the answer", content: { ...json(schemaOf(head)), ...pictures } } },
        [...STATUSES, 415],
      ),
      parameters: QUERY,
      requestBody: {
        required: true,
        content: { "image/*": file, "application/octet-stream": file, "multipart/form-data": form },
      },
    },
  };
}

function predictionsOf(model: ServedModel): Json {
  const refused = z.object({ error: z.string() }).describe("in the place of an image that cannot be read");
  return schemaOf(z.object({ predictions: z.array(z.union([PREDICTIONS[model.current.opened.kind], refused])) }));
}

/** What the text in a query must be. */
const FORMS: Readonly<Record<keyof typeof Query.shape, Json>> = {
  score: { type: "number", minimum: 0, maximum: 1 },
  max: { type: "integer", minimum: 1 },
  instances: { type: "boolean" },
};

const QUERY = Object.entries(FORMS).map(([name, schema]) => {
  const { description } = Query.shape[name as keyof typeof FORMS];
  return { name, in: "query", required: false, description, schema };
});

const STATUSES = [400, 401, 413, 503, 504];
const REFUSED = { $ref: "#/components/responses/Refused" };
const ANYTHING = { type: "object" };

function operation(summary: string, responses: Json, refusals: readonly number[] = []): Json {
  return { summary, responses: { ...responses, ...Object.fromEntries(refusals.map((status) => [status, REFUSED])) } };
}

function answered(schema: Json): Json {
  return { 200: { description: "the answer", content: json(schema) } };
}

function json(schema: Json): Json {
  return { "application/json": { schema } };
}

function schemaOf(schema: z.ZodType): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: "input" });
  return rest;
}
