import { Worker } from "node:worker_threads";
import { expect, it, onTestFinished } from "vitest";
import { Threads } from "../../src/base/threads.ts";

/** Threads that answer with twice the number, refuse negative ones, and end at 0 with an error that nothing catches. */
function doubling(count: number): { threads: Threads<number, number>; begun: () => number } {
  let begun = 0;
  const code = `
    const { parentPort } = require("node:worker_threads");
    parentPort.on("message", ({ number, task }) => {
      if (task === 0) throw new Error("fell over");
      parentPort.postMessage(task < 0 ? { number, error: new Error("negative") } : { number, answer: 2 * task });
    });`;
  const start = (): Worker => {
    begun++;
    return new Worker(code, { eval: true });
  };
  const threads = new Threads<number, number>(start, { work: "doubling", count });
  onTestFinished(() => threads.close());
  return { threads, begun: () => begun };
}

it("answers each task, in as many threads as are asked for", async () => {
  const { threads, begun } = doubling(3);
  const answers = await Promise.all([1, 2, 3, 4, 5, 6, 7].map((task) => threads.run(task)));
  expect(answers).toEqual([2, 4, 6, 8, 10, 12, 14]);
  expect(begun()).toBe(3);
});

it("goes on after a task that fails", async () => {
  const { threads, begun } = doubling(1);
  await expect(threads.run(-1)).rejects.toThrow("negative");
  expect(await threads.run(4)).toBe(8);
  expect(begun()).toBe(1);
});

it("fails for what is under way when a thread ends, and begins another for the next", async () => {
  const { threads, begun } = doubling(1);
  await expect(threads.run(0)).rejects.toThrow("fell over");
  expect(await threads.run(4)).toBe(8);
  expect(begun()).toBe(2);
});

it("fails for what is under way when it is closed, and for what comes later", async () => {
  const { threads } = doubling(2);
  const failed = expect(threads.run(1)).rejects.toThrow("doubling was stopped");
  await threads.close();
  await failed;
  await expect(threads.run(2)).rejects.toThrow("doubling was stopped");
});
