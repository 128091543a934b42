import { cp, mkdir, rename, rm } from "node:fs/promises";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type RunningServer, type ServeOptions, startServer } from "../../src/serve/index.ts";
import { Workers } from "../../src/serve/inference/workers.ts";
import { classifier, clips } from "../export/untrainedModels.ts";
import { ask, native, noise, SAVE, type Said, sendImage, serve, temporaryFolder } from "./served.ts";

let folder: string;
let remove: () => Promise<void>;
let kinds: string;
let image: Buffer;

beforeAll(async () => {
  if (!native) return;
  ({ folder, remove } = await temporaryFolder());
  kinds = await SAVE.kinds(folder);
  image = await noise(90, 50, 1);
});
afterAll(() => remove());

async function started(models: Record<string, string>, options: Partial<ServeOptions> = {}): Promise<RunningServer> {
  const server = await serve(models, { maxBatch: 1, ...options });
  onTestFinished(() => server.close());
  return server;
}

/** Asks again and again until the answer is as it should be; the test's own time limit ends it. */
async function until(question: () => Promise<boolean>): Promise<void> {
  while (!(await question())) await sleep(20);
}

const versionOf = ({ body }: Said): unknown => body.version;

describe.skipIf(!native)("a server that asks for a token", () => {
  it("answers those who have it, and everybody whether it lives", async () => {
    const server = await started({ kinds }, { token: "open-sesame" });
    const send = (authorization?: string) =>
      ask(server, "/predict", {
        ...{ method: "POST", body: Uint8Array.from(image) },
        headers: { "content-type": "image/png", ...(authorization !== undefined && { authorization }) },
      });
    expect((await send("Bearer open-sesame")).status).toBe(200);
    expect((await send("bearer open-sesame")).status).toBe(200);
    for (const wrong of [undefined, "Bearer", "Bearer open-sesam", "Bearer open-sesame1", "Basic open-sesame"]) {
      const { status, headers, body } = await send(wrong);
      expect(status).toBe(401);
      expect(headers.get("www-authenticate")).toBe("Bearer");
      expect(body.error).toMatch(/^the request (needs a token|has another token)/);
    }
    for (const path of ["/metrics", "/models", "/openapi.json", "/v1/models/kinds"]) {
      expect((await ask(server, path)).status).toBe(401);
    }
    for (const path of ["/", "/healthz", "/readyz"]) expect((await ask(server, path)).status).toBe(200);
  });
});

describe.skipIf(!native)("a model that changes on disk", () => {
  it("is switched to a new version without a request that fails", async () => {
    const model = join(folder, "versions");
    await mkdir(model);
    await cp(kinds, join(model, "1"), { recursive: true });
    const server = await started({ kinds: model }, { watch: 0.05 });
    let stopped = false;
    const said: Said[] = [];
    const client = async (): Promise<void> => {
      while (!stopped) said.push(await sendImage(server, "/predict", image));
    };
    const clients = [client(), client(), client()];
    const other = await classifier("small", { classes: 2 })(folder);
    await rename(other, join(model, "3"));
    await until(async () => versionOf(await sendImage(server, "/predict", image)) === 3);
    stopped = true;
    await Promise.all(clients);
    expect(said.filter(({ status }) => status !== 200)).toEqual([]);
    expect(versionOf(said[0] as Said)).toBe(1);
    expect((await ask(server, "/v1/models/kinds/versions/3")).status).toBe(200);
    expect((await ask(server, "/v1/models/kinds/versions/1")).status).toBe(404);
    expect((await sendImage(server, "/predict", image)).body.classes).toHaveLength(2);
  });

  it("is opened again where a training has written better weights, and stays as it was where they are damaged", async () => {
    const run = join(folder, "run");
    await cp(kinds, join(run, "best"), { recursive: true });
    const server = await started({ kinds: run }, { watch: 0.05 });
    const classes = async (): Promise<number> => (await ask(server, "/models")).body.models?.[0]?.classes?.length as unknown as number; // prettier-ignore
    expect(await classes()).toBe(4);
    const damaged = join(folder, "damaged");
    await cp(kinds, damaged, { recursive: true });
    await rm(join(damaged, "weights.bin"));
    await replace(join(run, "best"), damaged);
    const reloads = async (result: string): Promise<boolean> => {
      const { body } = await ask(server, "/metrics");
      return (body as unknown as Buffer).includes(`anchorkit_reloads_total{model="kinds",result="${result}"} 1`);
    };
    await until(() => reloads("failed"));
    expect((await sendImage(server, "/predict", image)).status).toBe(200);
    await replace(join(run, "best"), await classifier("small", { classes: 2 })(folder));
    await until(() => reloads("done"));
    expect(await classes()).toBe(2);
  });
});

/** As `writeFolderAtomic` does it. */
async function replace(path: string, by: string): Promise<void> {
  await rename(path, `${path}.old`);
  await rename(by, path);
  await rm(`${path}.old`, { recursive: true });
}

describe.skipIf(!native)("a server that is asked to stop", () => {
  it("answers what is under way, and then nobody", async () => {
    const server = await serve({ kinds }, { maxBatch: 1 });
    const send = () => Array.from({ length: 12 }, () => sendImage(server, "/predict", image));
    await Promise.all(send()); // connections that the system has not handed over yet are cut off: these are there
    const requests = send();
    await requests[0];
    const closed = server.close();
    expect((await Promise.all(requests)).map(({ status }) => status)).toEqual(requests.map(() => 200));
    await closed;
    await expect(sendImage(server, "/predict", image)).rejects.toThrow("fetch failed");
    await server.close(); // once more is nothing
  });
});

describe.skipIf(!native)("limits", () => {
  it("refuse what comes when the queue is full, and say when to come again", async () => {
    const server = await started({ kinds }, { queue: 1, workers: 1 });
    const said = await Promise.all(Array.from({ length: 20 }, () => sendImage(server, "/predict", image)));
    const refused = said.filter(({ status }) => status === 503);
    expect(said.filter(({ status }) => status === 200).length + refused.length).toBe(20);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.headers.get("retry-after")).toBe("1");
    expect(refused[0]?.body.error).toMatch(/^the model kinds has \d images to compute, and takes no more now/);
    expect((await sendImage(server, "/predict", image)).status).toBe(200);
  });

  it("end what takes too long with 504", async () => {
    const server = await started({ kinds }, { timeout: 0.001 });
    const { status, body } = await sendImage(server, "/predict", image);
    expect(status).toBe(504);
    expect(body.error).toBe("took longer than 0.001 s");
  });

  it("leave a server answering whose clients go away", async () => {
    const server = await started({ kinds });
    for (let i = 0; i < 10; i++) {
      const left = request(`${server.url}/predict`, { method: "POST", headers: { "content-length": image.length } });
      left.on("error", () => undefined);
      left.write(image.subarray(0, i % 2 === 0 ? image.length : 100));
      await new Promise((resolve) => left.once("socket", (socket) => socket.once("connect", resolve)));
      left.destroy();
    }
    expect((await sendImage(server, "/predict", image)).status).toBe(200);
    await until(async () => ((await ask(server, "/metrics")).body as unknown as Buffer).includes('status="499"'));
  });
});

describe.skipIf(!native)("processes that compute", () => {
  it("are replaced when they end", async () => {
    const deaths: string[] = [];
    const workers = await Workers.start(
      { path: kinds, maxBatch: 1 },
      { count: 2, delay: 0, onBatch: () => undefined, onDeath: (why) => deaths.push(why) },
    );
    try {
      const [first = 0] = workers.pids;
      process.kill(first, "SIGKILL");
      await until(() => Promise.resolve(workers.pids.length === 2 && !workers.pids.includes(first)));
      expect(deaths).toEqual(["SIGKILL"]);
      expect(workers.ready).toBe(true);
    } finally {
      await workers.close();
    }
    expect(workers.pids).toEqual([]);
  });
});

describe.skipIf(!native)("a server is not started", () => {
  it("for a model that takes no single images", async () => {
    const path = await clips("mean", false)(folder);
    await expect(serve({ clips: path })).rejects.toThrow(/takes clips of several images; only models of single images/);
  });

  it("for what is no model, on a port that another program has, or with options that there are not", async () => {
    await expect(serve({ x: folder })).rejects.toThrow("holds no trained model");
    const taken = await new Promise<Server>((resolve) => {
      const server = createServer().listen(0, "127.0.0.1", () => { resolve(server); }); // prettier-ignore
    });
    onTestFinished(() => void taken.close());
    const { port } = taken.address() as AddressInfo;
    await expect(serve({ kinds }, { port })).rejects.toThrow(
      `127.0.0.1:${port}: another program has this port; give another one, or 0 for any that is free`,
    );
    const wrong = { models: [], prot: 1 } as unknown as ServeOptions;
    await expect(startServer(wrong)).rejects.toThrow(/prot/);
  });
});
