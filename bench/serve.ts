/**
 * `detect serve` under load, in turn with the same detector behind FastAPI and uvicorn with onnxruntime: images a second and
 * latencies of so many clients that each send one image after another, the same images to both.
 *
 *   npx tsx bench/serve.ts --run <run of a detector> --images <folder> [--onnx <export of it> --python <interpreter>]
 *     [--clients 1,2,4,8] [--seconds 10] [--rounds 3] [--peer-threads 1,2] [--options="--workers 2"]
 *
 * The interpreter is a Python with fastapi, uvicorn[standard], onnxruntime, pillow and numpy. Of the peer's numbers of threads
 * the best one counts.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import autocannon from "autocannon";
import { markdownTable } from "markdown-table";
import { median } from "../src/base/statistics.ts";
import { isImageName } from "../src/data/files.ts";
import { startOwn, startPeerServer, type StartedServer } from "./serve/servers.ts";

const { values } = parseArgs({
  options: {
    run: { type: "string" },
    images: { type: "string" },
    onnx: { type: "string" },
    python: { type: "string" },
    clients: { type: "string", default: "1,2,4,8" },
    seconds: { type: "string", default: "10" },
    rounds: { type: "string", default: "3" },
    "peer-threads": { type: "string", default: "1,2" },
    options: { type: "string", default: "" },
  },
});
const { run, images, onnx, python } = values;
if (run === undefined || images === undefined) throw new Error("give --run and --images");
const numbers = (text: string): number[] => text.split(",").map(Number);

/** What was measured of a server with so many clients. */
interface Load {
  rate: number;
  p50: number;
  p99: number;
}

const bodies = readdirSync(images)
  .filter(isImageName)
  .slice(0, 100)
  .map((name) => readFileSync(join(images, name)));

async function load({ url }: StartedServer, clients: number, seconds: number): Promise<Load> {
  const headers = { "content-type": "image/jpeg" };
  const result = await autocannon({
    ...{ url, connections: clients, duration: seconds },
    requests: bodies.map((body) => ({ method: "POST", path: "/predict", headers, body })),
  });
  const { errors, non2xx, latency, requests, duration } = result;
  if (errors > 0 || non2xx > 0) throw new Error(`${url}: ${errors} errors, ${non2xx} answers that are none`);
  return { rate: requests.total / duration, p50: latency.p50, p99: latency.p99 };
}

const own = await startOwn([run, ...values.options.split(" ").filter((word) => word !== "")], 18_501);
const peers: StartedServer[] = [];
if (python !== undefined && onnx !== undefined) {
  for (const [i, threads] of numbers(values["peer-threads"]).entries()) {
    peers.push(await startPeerServer(python, onnx, 18_502 + i, threads));
  }
}
const seconds = Number(values.seconds);
const rows: string[][] = [];
for (const clients of numbers(values.clients)) {
  const measured = [own, ...peers].map((server) => ({ server, loads: [] as Load[] }));
  for (const { server } of measured) await load(server, clients, 2); // warm
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const { server, loads } of measured) loads.push(await load(server, clients, seconds));
  }
  const [ours, ...theirs] = measured.map(({ loads }): Load => ({
    rate: median(loads.map(({ rate }) => rate)),
    p50: median(loads.map(({ p50 }) => p50)),
    p99: median(loads.map(({ p99 }) => p99)),
  })) as [Load, ...Load[]];
  const best = theirs.sort((a, b) => b.rate - a.rate)[0];
  const cells = ({ rate, p50, p99 }: Load): string[] => [rate.toFixed(1), p50.toFixed(0), p99.toFixed(0)];
  const peer = best ? [...cells(best), `${(ours.rate / best.rate).toFixed(2)} x`] : [];
  rows.push([String(clients), ...cells(ours), ...peer]);
  console.error(rows.at(-1)?.join("  "));
}
const header = ["clients", "images/s", "p50, ms", "p99, ms"];
const ofPeer = peers.length > 0 ? ["FastAPI, images/s", "p50, ms", "p99, ms", "ratio"] : [];
console.log(markdownTable([[...header, ...ofPeer], ...rows], { align: [...header, ...ofPeer].map(() => "r") }));
for (const server of [own, ...peers]) await server.stop();
