import { messageOf } from "../../base/errors.ts";
import { computeAnswers } from "./computeAnswers.ts";
import type { Order, Reply } from "./messages.ts";
import { openSizes, type SizedModels } from "./openSizes.ts";

// What runs in a process of its own: opens a model, and computes batches in the order they come.

let models: SizedModels | undefined;

async function carryOut(order: Order): Promise<Reply> {
  if ("open" in order) {
    models = await openSizes(order.open);
    return { opened: models.opened };
  }
  const model = models?.forBatch(order.run.length);
  if (!model) throw new Error(`no model is open for ${order.run.length} images`);
  const began = performance.now();
  const answers = await computeAnswers(model, order.run);
  return { answers, milliseconds: performance.now() - began };
}

let last = Promise.resolve();
process.on("message", (order: Order) => {
  last = last.then(async () => {
    const reply = await carryOut(order).catch((error: unknown): Reply => ({ failed: messageOf(error) }));
    process.send?.(reply);
  });
});
// The server says when it ends, also where Ctrl-C goes to all processes of a terminal.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => undefined);
process.on("disconnect", () => process.exit());
