import { describe, expect, it, vi } from "vitest";
import { Batcher, type Computer } from "../../../src/serve/inference/batcher.ts";
import type { Answer, Asked } from "../../../src/serve/inference/messages.ts";
import type { Computed } from "../../../src/serve/inference/worker.ts";

/** An image that is known by its width. */
function asked(width: number): Asked {
  const image = { pixels: new Uint8Array(3 * width), width, height: 1, original: { width, height: 1 } };
  return { image, wanted: {} };
}

/** Computes when it is told to, and says of each image its width. */
class HeldComputer implements Computer {
  alive = true;
  readonly batches: number[][] = [];
  readonly #held: { finish: () => void; fail: (error: Error) => void }[] = [];

  run(images: readonly Asked[]): Promise<Computed> {
    const widths = images.map(({ image }) => image.width);
    this.batches.push(widths);
    const answers = widths.map((width): Answer => ({ kind: "reading", text: String(width), confidence: 1 }));
    return new Promise((resolve, reject) => {
      this.#held.push({ finish: () => { resolve({ answers, milliseconds: 1 }); }, fail: reject }); // prettier-ignore
    });
  }

  finish(): Promise<void> {
    this.#held.shift()?.finish();
    return settled();
  }

  fail(): Promise<void> {
    this.#held.shift()?.fail(new Error("out of memory"));
    return settled();
  }
}

/** What was begun has gone as far as it goes by itself. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

const never = new AbortController().signal;
const textOf = (answer: Answer): string => (answer.kind === "reading" ? answer.text : "");

describe("images that come one by one are computed in batches", () => {
  it("of the sizes that are compiled, never filled up with nothing", async () => {
    const computer = new HeldComputer();
    const batcher = new Batcher({ sizes: [1, 2, 4], delay: 0 });
    batcher.add(computer);
    const answers = Promise.all([10, 11, 12, 13, 14, 15, 16, 17].map((width) => batcher.submit(asked(width), never)));
    for (let i = 0; i < 4; i++) await computer.finish();
    // the first is computed at once, then four of the seven that came meanwhile, then two, then the last
    expect(computer.batches).toEqual([[10], [11, 12, 13, 14], [15, 16], [17]]);
    expect((await answers).map(textOf)).toEqual(["10", "11", "12", "13", "14", "15", "16", "17"]);
  });

  it("of the one size that an exported file has, as many as there are", async () => {
    const computer = new HeldComputer();
    const batcher = new Batcher({ sizes: [4], delay: 0 });
    const answers = [1, 2, 3].map((width) => batcher.submit(asked(width), never));
    batcher.add(computer);
    await computer.finish();
    expect(computer.batches).toEqual([[1, 2, 3]]);
    expect((await Promise.all(answers)).map(textOf)).toEqual(["1", "2", "3"]);
  });

  it("by as many computers as there are", async () => {
    const computers = [new HeldComputer(), new HeldComputer()] as const;
    const batcher = new Batcher({ sizes: [1, 2], delay: 0 });
    for (const computer of computers) batcher.add(computer);
    const answers = [1, 2, 3, 4].map((width) => batcher.submit(asked(width), never));
    await computers[1].finish();
    expect([computers[0].batches, computers[1].batches]).toEqual([[[1]], [[2], [3, 4]]]);
    await computers[0].finish();
    await computers[1].finish();
    expect((await Promise.all(answers)).map(textOf)).toEqual(["1", "2", "3", "4"]);
  });

  it("after a delay, or as soon as the largest batch is full", async () => {
    vi.useFakeTimers();
    try {
      const computer = new HeldComputer();
      const batcher = new Batcher({ sizes: [1, 2, 4], delay: 50 });
      batcher.add(computer);
      const few = [1, 2].map((width) => batcher.submit(asked(width), never));
      await vi.advanceTimersByTimeAsync(49);
      expect(computer.batches).toEqual([]);
      await vi.advanceTimersByTimeAsync(2);
      expect(computer.batches).toEqual([[1, 2]]);
      await computer.finish();
      await Promise.all(few);
      const full = [3, 4, 5, 6].map((width) => batcher.submit(asked(width), never));
      expect(computer.batches).toEqual([[1, 2], [3, 4, 5, 6]]); // prettier-ignore
      await computer.finish();
      await Promise.all(full);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("what is given up", () => {
  it("is not computed where it still waits, and is answered to nobody where it is being computed", async () => {
    const computer = new HeldComputer();
    const batcher = new Batcher({ sizes: [1, 2], delay: 0 });
    batcher.add(computer);
    const controllers = [1, 2, 3].map(() => new AbortController());
    const answers = controllers.map(({ signal }, i) => batcher.submit(asked(i + 1), signal).catch((error: unknown) => error as Error)); // prettier-ignore
    controllers[0]?.abort();
    controllers[1]?.abort();
    expect(batcher.waiting).toBe(1);
    await computer.finish();
    await computer.finish();
    expect(computer.batches).toEqual([[1], [3]]);
    expect((await Promise.all(answers)).map((one) => (one instanceof Error ? one.message : textOf(one)))).toEqual([
      "the connection was closed",
      "the connection was closed",
      "3",
    ]);
    const late = batcher.submit(asked(4), AbortSignal.abort());
    await expect(late).rejects.toMatchObject({ status: 499 });
    expect(batcher.waiting).toBe(0);
  });
});

describe("where a batch fails", () => {
  it("its images are computed one by one, and only the one that fails again is refused", async () => {
    const computer = new HeldComputer();
    const batcher = new Batcher({ sizes: [1, 2], delay: 0 });
    const answers = [1, 2, 3].map((width) =>
      batcher.submit(asked(width), never).catch((error: unknown) => error as Error),
    );
    batcher.add(computer);
    await computer.fail(); // of 1 and 2
    await computer.fail(); // of 1 alone
    await computer.finish();
    await computer.finish();
    expect(computer.batches).toEqual([[1, 2], [1], [2], [3]]);
    const [first, ...rest] = await Promise.all(answers);
    expect(first).toMatchObject({ status: 500, message: "the model could not compute it: out of memory" });
    expect(rest.map((one) => textOf(one as Answer))).toEqual(["2", "3"]);
  });

  it("because its process has ended, another one computes them", async () => {
    const [dead, living] = [new HeldComputer(), new HeldComputer()];
    const batcher = new Batcher({ sizes: [1, 2], delay: 0 });
    const answers = [1, 2].map((width) => batcher.submit(asked(width), never));
    batcher.add(dead);
    dead.alive = false;
    await dead.fail();
    expect(batcher.waiting).toBe(2);
    batcher.add(living);
    await living.finish();
    await living.finish();
    expect((await Promise.all(answers)).map(textOf)).toEqual(["1", "2"]);
    expect(dead.batches).toEqual([[1, 2]]);
  });
});
