import { fittedImage } from "../../data/images/fittedFiles.ts";
import type { DecodedImage } from "../../data/images/images.ts";
import { limiter, type Limiter } from "../../data/parallel.ts";
import type { RequestState } from "../http/requestContext.ts";
import type { Decoding, Received } from "../images/received.ts";
import type { Answer, Wanted } from "../inference/messages.ts";
import type { ServerMetrics } from "../metrics.ts";
import type { Observer } from "../observer.ts";
import { givenUp, Refusal } from "../refusal.ts";
import type { ModelVersion } from "../versions/modelVersion.ts";
import type { ServedModel } from "../versions/servedModel.ts";
import { countedPart, type Description, shownClasses } from "./chosenPart.ts";

/** An image with what was said of it. */
export interface Answered {
  /** The file as it came; undefined where the request held pixels. */
  encoded: Uint8Array | undefined;
  image: DecodedImage;
  answer: Answer;
}

/** The answers to a request's images, by the version of the model that gave them. */
export interface Answers {
  version: number;
  description: Description;
  /** In the order of the images; a Refusal for one that cannot be answered. */
  answered: (Answered | Refusal)[];
}

/** What answers images: decoding, computing, counting, and telling the observer. */
export interface Answering {
  decoding: Decoding;
  metrics: ServerMetrics;
  observer: Observer | undefined;
}

/**
 * Has a model answer the images of a request. One that is no image does not keep the others from being answered.
 *
 * @throws Refusal if the model takes no more now, or the request is given up
 */
export async function answerImages(
  { decoding, metrics, observer }: Answering,
  model: ServedModel,
  received: readonly (Received | Refusal)[],
  wanted: Wanted,
  state: RequestState,
): Promise<Answers> {
  const { signal } = state;
  state.images = received.length;
  const answerOne = async (version: ModelVersion, one: Received): Promise<Answered> => {
    const { description } = version.opened;
    if (signal.aborted) throw givenUp(signal);
    const began = performance.now();
    const image = await decoding.decode(one, signal, description.preprocessing);
    metrics.countDecoding(model.name, performance.now() - began);
    const answer = await version.submit({ image: fittedImage(image), wanted }, signal);
    const counted = countedPart(answer, description, {});
    const shown = counted.kind === "classification" ? shownClasses(counted, description, {}) : [];
    metrics.countAnswer(model.name, counted, shown, description.classes);
    return { encoded: "encoded" in one ? one.encoded : undefined, image, answer };
  };
  return model.use(received.length, async (version) => {
    // Images that are seen by tiles are as large as they came: few of them are in memory at a time.
    const isLarge = version.opened.description.preprocessing.resize === "tiles";
    const inTurn: Limiter = isLarge ? largeImages : (work) => work();
    const answered = await Promise.all(
      received.map(async (one) => {
        return one instanceof Refusal ? one : inTurn(() => answerOne(version, one)).catch(asRefusal);
      }),
    );
    if (observer) {
      state.afterwards.push(() => {
        for (const one of answered) {
          if (!(one instanceof Refusal)) observer.observe({ model: model.name, version: version.version, ...one });
        }
      });
    }
    return { version: version.version, description: version.opened.description, answered };
  });
}

const largeImages = limiter(4);

function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal && error.status === 400) return error;
  throw error;
}
