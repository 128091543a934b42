import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { expect, it } from "vitest";
import { openMonitors } from "../../src/monitoring/monitor/openMonitors.ts";
import type { RunningServer } from "../../src/serve/startServer.ts";
import { folderOf } from "../data/helpers.ts";
import { native, SAVE, serve } from "./served.ts";

it.skipIf(!native)(
  "a server's monitor keeps what was asked of a version that answers, and says whose weights",
  async () => {
    const folder = await folderOf({});
    const kept = join(folder, "kept");
    const problems: string[] = [];
    let describe: RunningServer["describe"] = () => undefined;
    const observer = openMonitors(kept, (...asked) => describe(...asked), { onProblem: (line) => problems.push(line) });
    const server = await serve({ kinds: await SAVE.kinds(folder) }, { observer });
    describe = (...asked) => server.describe(...asked);
    expect(server.describe("kinds", 2)).toBeUndefined();
    expect(server.describe("nothing", 1)).toBeUndefined();
    const image = await sharp({ create: { width: 30, height: 20, channels: 3, background: "red" } })
      .png()
      .toBuffer();
    const answer = await fetch(`${server.url}/predict`, { method: "POST", body: new Uint8Array(image) });
    expect(answer.status).toBe(200);
    await answer.arrayBuffer();
    await server.close();
    const names = await readdir(join(kept, "kinds"));
    const records = names.filter((name) => name.endsWith(".jsonl"));
    expect([problems, records.length]).toEqual([[], 1]);
    const [head = "", record = ""] = (await readFile(join(kept, "kinds", records[0] ?? ""), "utf8")).split("\n");
    expect(JSON.parse(head)).toMatchObject({ weights: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
    expect(JSON.parse(record)).toMatchObject({ width: 30, height: 20 });
    expect(await readdir(join(kept, "kinds", "images"))).toHaveLength(1);
  },
);
