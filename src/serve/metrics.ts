import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Answer } from "./inference/messages.ts";
import type { ServedModel } from "./versions/servedModel.ts";

const SECONDS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30];
const TENTHS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
const SIZES = [1, 2, 4, 8, 16, 32, 64, 128];

/** What a server counts, as Prometheus reads it. */
export class ServerMetrics {
  readonly #registry = new Registry();
  readonly #requests = this.#counter("anchorkit_requests_total", "Requests", "route", "method", "status");
  readonly #requestSeconds = this.#histogram("anchorkit_request_seconds", "Seconds to the end of the answer", SECONDS, "route"); // prettier-ignore
  readonly #batches = this.#histogram("anchorkit_batch_images", "Images in a batch", SIZES, "model");
  readonly #inference = this.#histogram("anchorkit_inference_seconds", "Seconds to compute a batch", SECONDS, "model");
  readonly #waits = this.#histogram("anchorkit_queue_seconds", "Seconds that an image waited to be computed", SECONDS, "model"); // prettier-ignore
  readonly #decoding = this.#histogram("anchorkit_decode_seconds", "Seconds to decode an image", SECONDS, "model");
  readonly #detections = this.#counter("anchorkit_detections_total", "What was found, by class", "model", "class");
  readonly #scores = this.#histogram("anchorkit_scores", "Scores of what was found", TENTHS, "model");
  readonly #reloads = this.#counter("anchorkit_reloads_total", "New versions or weights", "model", "result");
  readonly #deaths = this.#counter("anchorkit_worker_deaths_total", "Processes that ended unexpectedly", "model");

  constructor(models: () => Iterable<ServedModel>) {
    collectDefaultMetrics({ register: this.#registry });
    const gauge = (name: string, help: string, valueOf: (model: ServedModel) => number): void => {
      new Gauge({
        ...{ name, help, labelNames: ["model"], registers: [this.#registry] },
        collect() {
          this.reset();
          for (const model of models()) this.set({ model: model.name }, valueOf(model));
        },
      });
    };
    gauge("anchorkit_queue_images", "Images that wait to be computed", (model) => model.waiting);
    gauge("anchorkit_model_ready", "1 if the model answers", (model) => (model.ready ? 1 : 0));
    gauge("anchorkit_model_version", "The version in use", (model) => (model.ready ? model.current.version : 0));
  }

  /** The numbers as text, and what kind of text it is. */
  async read(): Promise<{ text: string; type: string }> {
    return { text: await this.#registry.metrics(), type: this.#registry.contentType };
  }

  countRequest({ route, method, status, seconds }: { route: string; method: string; status: number; seconds: number }) {
    this.#requests.inc({ route, method, status });
    this.#requestSeconds.observe({ route }, seconds);
  }

  countBatch(model: string, batch: { images: number; milliseconds: number; waited: readonly number[] }): void {
    this.#batches.observe({ model }, batch.images);
    this.#inference.observe({ model }, batch.milliseconds / 1000);
    for (const milliseconds of batch.waited) this.#waits.observe({ model }, milliseconds / 1000);
  }

  countDecoding(model: string, milliseconds: number): void {
    this.#decoding.observe({ model }, milliseconds / 1000);
  }

  /** Counts what was found in an image, by the names of classes; a text counts as its confidence alone. */
  countAnswer(model: string, answer: Answer, shown: readonly number[], classes: readonly string[]): void {
    for (const { index, score } of foundIn(answer, shown)) {
      if (index !== undefined) this.#detections.inc({ model, class: classes[index] ?? "" });
      this.#scores.observe({ model }, score);
    }
  }

  countReload(model: string, result: "done" | "failed"): void {
    this.#reloads.inc({ model, result });
  }

  countDeath(model: string): void {
    this.#deaths.inc({ model });
  }

  #counter<Label extends string>(name: string, help: string, ...labelNames: Label[]): Counter<Label> {
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }

  #histogram<Label extends string>(name: string, help: string, buckets: number[], ...labelNames: Label[]) {
    return new Histogram({ name, help, buckets, labelNames, registers: [this.#registry] });
  }
}

function foundIn(answer: Answer, shown: readonly number[]): { index?: number; score: number }[] {
  switch (answer.kind) {
    case "detection":
      return Array.from(answer.detections.scores, (score, i) => ({ index: answer.detections.classes[i] ?? 0, score }));
    case "segmentation":
      return answer.regions.map((region) => ({ index: region.class, score: region.score }));
    case "classification":
      return shown.map((index) => ({ index, score: answer.probabilities[index] ?? 0 }));
    case "reading":
      return [{ score: answer.confidence }];
  }
}
