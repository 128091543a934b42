/**
 * `detect serve` under many requests of which some are bad: JPEG files that end early, small files that promise 81 million
 * pixels, bodies of another type, garbage in place of JSON, connections that are dropped in the middle. Every good one must be
 * answered with 200, every bad one with 4xx, and memory must not grow.
 *
 *   npx tsx bench/serveAbuse.ts --run <run of a classifier> --images <folder> [--requests 20000] [--bad 0.05] [--clients 16]
 *     [--seed 1] [--options="--workers 2"]
 *
 * Linux alone: memory is read from /proc.
 */
import { readdirSync, readFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { parseArgs } from "node:util";
import sharp from "sharp";
import { Random } from "../src/base/random.ts";
import { isImageName } from "../src/data/files.ts";
import { startOwn } from "./serve/servers.ts";

const { values } = parseArgs({
  options: {
    run: { type: "string" },
    images: { type: "string" },
    requests: { type: "string", default: "20000" },
    bad: { type: "string", default: "0.05" },
    clients: { type: "string", default: "16" },
    seed: { type: "string", default: "1" },
    options: { type: "string", default: "" },
  },
});
const { run, images } = values;
if (run === undefined || images === undefined) throw new Error("give --run and --images");
const [total, share] = [Number(values.requests), Number(values.bad)];

/** A request, and with which statuses it may be answered; nothing where its connection is dropped. */
interface Shot {
  what: string;
  path: string;
  type: string;
  body: Uint8Array;
  statuses: readonly number[];
  drop?: true;
}

const files = readdirSync(images).filter(isImageName).slice(0, 200);
const small = await Promise.all(
  files.map((name) => sharp(readFileSync(join(images, name))).resize(96, 96, { fit: "inside" }).jpeg().toBuffer()),
); // prettier-ignore
const bomb = await sharp({ create: { width: 9000, height: 9000, channels: 3, background: "#fff" } })
  .png()
  .toBuffer();
const random = new Random(Number(values.seed));
const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => random.int(256));
const PLAIN = "/predict";
const TENSORFLOW = "/v1/models/model:predict";

function good(): Shot {
  const image = small[random.int(small.length)] as Buffer;
  if (random.uniform() < 0.7)
    return { what: "an image", path: PLAIN, type: "image/jpeg", body: image, statuses: [200] };
  const body = Buffer.from(JSON.stringify({ instances: [{ b64: image.toString("base64") }] }));
  return { what: "instances", path: TENSORFLOW, type: "application/json", body, statuses: [200] };
}

const BAD: readonly (() => Shot)[] = [
  () => {
    const image = small[random.int(small.length)] as Buffer;
    const body = image.subarray(0, 1 + random.int(Math.floor(image.length / 2)));
    return { what: "a cut JPEG", path: PLAIN, type: "image/jpeg", body, statuses: [400] };
  },
  () => ({ what: "a bomb", path: PLAIN, type: "image/png", body: bomb, statuses: [400] }),
  () => ({ what: "another type", path: PLAIN, type: "text/plain", body: bytes(500), statuses: [415] }),
  () => ({ what: "no image", path: PLAIN, type: "image/png", body: bytes(1 + random.int(5000)), statuses: [400] }),
  () => ({ what: "no JSON", path: TENSORFLOW, type: "application/json", body: bytes(300), statuses: [400] }),
  () => ({ what: "other JSON", path: TENSORFLOW, type: "application/json", body: Buffer.from('{"instances":[[[[1,2]]],7]}'), statuses: [400] }),
  () => ({ ...good(), what: "a dropped connection", statuses: [], drop: true }),
  () => ({ what: "too many bytes", path: PLAIN, type: "image/jpeg", body: new Uint8Array(20_000_000), statuses: [413] }),
]; // prettier-ignore

const server = await startOwn([`model=${run}`, ...values.options.split(" ").filter((word) => word !== "")], 18_600);
const agent = new Agent({ keepAlive: true, maxSockets: Number(values.clients) });

/** The status of the answer; undefined where there is none. */
function fire({ path, type, body, drop }: Shot): Promise<number | undefined> {
  return new Promise((resolve) => {
    const headers = { "content-type": type, "content-length": body.length };
    const sent = request(`${server.url}${path}`, { method: "POST", agent, headers }, (response) => {
      response.resume().once("end", () => { resolve(response.statusCode); }).once("error", () => { resolve(undefined); }); // prettier-ignore
    });
    sent.once("error", () => { resolve(undefined); }); // prettier-ignore
    if (!drop) {
      sent.end(body);
      return;
    }
    const whole = random.uniform() < 0.5;
    sent.write(whole ? body : body.subarray(0, body.length / 2), () => {
      setTimeout(() => sent.destroy(), random.int(15));
    });
  });
}

/** Resident megabytes of a process and of those that it has started. */
function memory(pid: number): number {
  const own = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1000;
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(/\s+/).filter(Boolean);
  return own + children.reduce((sum, child) => sum + memory(Number(child)), 0);
}

const counts = new Map<string, number>();
const wrong: string[] = [];
let [begun, again] = [0, 0];
const pid = server.process.pid ?? 0;
const memories: string[] = [];
const started = performance.now();

async function client(): Promise<void> {
  while (begun < total) {
    if (begun++ % Math.ceil(total / 10) === 0) memories.push(memory(pid).toFixed(0));
    const shot = random.uniform() < share ? (BAD[random.int(BAD.length)]?.() ?? good()) : good();
    let status = await fire(shot);
    while (status === 503) {
      again++; // the queue was full: the client comes again, as it was told
      status = await fire(shot);
    }
    counts.set(shot.what, (counts.get(shot.what) ?? 0) + 1);
    const fits = shot.statuses.length === 0 || (status !== undefined && shot.statuses.includes(status));
    if (!fits) wrong.push(`${shot.what}: ${status ?? "no answer"}`);
  }
}

await Promise.all(Array.from({ length: Number(values.clients) }, client));
memories.push(memory(pid).toFixed(0));
const seconds = (performance.now() - started) / 1000;
const ready = (await fetch(`${server.url}/readyz`)).ok;
agent.destroy();
const code = await server.stop();
console.log(`${total} requests in ${seconds.toFixed(0)} s; ${again} came again after 503`);
for (const [what, count] of [...counts].sort((a, b) => b[1] - a[1])) console.log(`  ${what}: ${count}`);
console.log(`answered otherwise than they should be: ${wrong.length}${wrong.length > 0 ? ` (${[...new Set(wrong)].join("; ")})` : ""}`); // prettier-ignore
console.log(`memory in MB, from tenth to tenth: ${memories.join(" ")}`);
console.log(`ready at the end: ${ready ? "yes" : "no"}; exit code ${code ?? "none"}`);
process.exitCode = wrong.length > 0 || !ready || code !== 0 ? 1 : 0;
