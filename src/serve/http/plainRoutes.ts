import type { Hono } from "hono";
import { type Answering, answerImages } from "../answers/answerImages.ts";
import { countedPart } from "../answers/chosenPart.ts";
import { documentOf } from "../answers/documents.ts";
import { drawAnswer } from "../answers/drawAnswer.ts";
import { Refusal } from "../refusal.ts";
import type { ServedModel } from "../versions/servedModel.ts";
import { pictureAsked } from "./accepted.ts";
import { readChoice } from "./choices.ts";
import { readImage } from "./readImage.ts";
import type { RequestContext, RequestEnv } from "./requestContext.ts";

/** The addresses that take an image as it is: `/models/<name>/predict`, and `/predict` where one model is served. */
export function addPlainRoutes(
  app: Hono<RequestEnv>,
  models: readonly ServedModel[],
  answering: Answering,
  maxBody: number,
): void {
  const predict = (model: ServedModel) => async (c: RequestContext) => {
    const state = c.get("state");
    state.route = "plain";
    model.requireRoom(1);
    const { kind } = model.current.opened;
    const { choice, wanted } = readChoice(c, kind);
    const type = pictureAsked(c.req.header("accept"));
    const labels = kind === "segmentation" && type !== undefined;
    const received = { encoded: await readImage(c, maxBody) };
    const answers = await answerImages(answering, model, [received], { ...wanted, labels }, state);
    const { answered, description, version } = answers;
    const [one] = answered;
    if (!one || one instanceof Refusal) throw one ?? new Error("an image was not answered");
    const answer = countedPart(one.answer, description, choice);
    if (type !== undefined) {
      const image = await answering.decoding.decode(received, state.signal);
      const picture = await drawAnswer(image, answer, description, choice, type);
      return c.body(Uint8Array.from(picture), 200, { "Content-Type": type });
    }
    const { originalWidth: width, originalHeight: height } = one.image;
    return c.json({ model: model.name, version, image: { width, height }, ...documentOf(answer, description, choice) });
  };
  for (const model of models) app.post(`/models/${model.name}/predict`, predict(model));
  const [only] = models;
  if (only && models.length === 1) {
    app.post("/predict", predict(only));
    return;
  }
  app.post("/predict", () => {
    const addresses = models.map(({ name }) => `/models/${name}/predict`);
    throw new Refusal(404, `there are several models; send the image to ${addresses.join(" or ")}`);
  });
}
