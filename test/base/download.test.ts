import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { download, type DownloadOptions, fetchText, requireSecure, splitCredentials } from "../../src/base/download.ts";
import { AnchorkitError } from "../../src/base/errors.ts";

const CONTENT = Buffer.from("0123456789".repeat(20_000));
const SHA256 = createHash("sha256").update(CONTENT).digest("hex");

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** How a server on this machine behaves, by the path of the address. */
const ANSWERS: Record<string, Answer> = {
  "/sound": (_, response) => response.end(CONTENT),
  "/unsized": (_, response) => {
    response.write(CONTENT.subarray(0, 1000));
    response.end(CONTENT.subarray(1000));
  },
  "/redirected": (_, response) => response.writeHead(302, { location: "/sound" }).end(),
  "/plain": (_, response) => response.writeHead(302, { location: "http://weights.test/sound" }).end(),
  "/round": (_, response) => response.writeHead(302, { location: "/round" }).end(),
  "/wrong": (_, response) => response.end(Buffer.alloc(CONTENT.length, 7)),
  "/short": (_, response) => response.end(CONTENT.subarray(0, -1)),
  "/long": (_, response) => response.end(Buffer.concat([CONTENT, CONTENT])),
  "/endless": (_, response) => {
    const more = (): void => {
      if (!response.destroyed) response.write(CONTENT, () => setImmediate(more));
    };
    more();
  },
  "/login": (_, response) => response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end("<html>"),
  "/broken": (_, response) => {
    response.writeHead(200, { "content-length": CONTENT.length });
    response.write(CONTENT.subarray(0, 1000), () => setTimeout(() => response.destroy(), 20));
  },
  "/stuck": (_, response) => {
    response.writeHead(200, { "content-length": CONTENT.length });
    response.write(CONTENT.subarray(0, 1000));
  },
  "/silent": () => undefined,
};

describe("download", () => {
  let server: Server;
  let folder: string;
  let base: string;
  let headers: IncomingMessage["headers"][];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "download-"));
    headers = [];
    server = createServer((request, response) => {
      headers.push(request.headers);
      const answer = ANSWERS[request.url ?? ""];
      if (answer) answer(request, response);
      else response.writeHead(404, "Not Found").end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  });

  const get = (path: string, options: Partial<DownloadOptions> = {}): Promise<void> =>
    download(new URL(path, base), join(folder, "file"), {
      ...{ sha256: SHA256, bytes: CONTENT.length, by: "the list", patience: 0.3 },
      ...options,
    });

  it.each(["/sound", "/unsized", "/redirected"])("brings the file, and says how far it is: %s", async (path) => {
    const seen: number[] = [];
    await get(path, { onProgress: (received) => seen.push(received) });
    expect(await readFile(join(folder, "file"))).toEqual(CONTENT);
    expect(seen.at(-1)).toBe(CONTENT.length);
  });

  it.each<[string, Partial<DownloadOptions>, RegExp]>([
    ["/missing", {}, /\/missing: 404 Not Found$/],
    ["/plain", {}, /http:\/\/weights\.test\/sound: must be https/],
    ["/round", {}, /leads on and on to other addresses/],
    ["/wrong", {}, /sha256 is [0-9a-f]{64}, but the list says [0-9a-f]{64}; nothing of it is kept/],
    ["/short", {}, /has 199999 bytes, and not the 200000 that the list says: another file/],
    ["/long", {}, /has 400000 bytes, and not the 200000 that the list says: another file/],
    ["/endless", {}, /has more than the 200000 bytes that the list says: another file/],
    ["/login", {}, /a web page comes, and not the file: a proxy's, or one to log in at\?/],
    ["/broken", {}, /broken off after 1000 bytes \(.+\); try again/],
    ["/stuck", {}, /nothing came for 0\.3 s, after 1000 bytes; try again/],
    ["/silent", {}, /nothing came for 0\.3 s, after 0 bytes; try again/],
  ])("leaves nothing of what is not the file: %s", async (path, options, message) => {
    const failing = get(path, options);
    await expect(failing).rejects.toThrow(AnchorkitError);
    await expect(failing).rejects.toThrow(message);
    expect(existsSync(join(folder, "file"))).toBe(false);
  });

  it("says so when nobody answers, or the disk does not take it", async () => {
    const nobody = download(new URL("http://127.0.0.1:1/x"), join(folder, "file"), { sha256: SHA256, by: "the list" });
    await expect(nobody).rejects.toThrow(/^http:\/\/127\.0\.0\.1:1\/x: .+/);
    const nowhere = download(new URL("/sound", base), join(folder, "no", "file"), { sha256: SHA256, by: "the list" });
    await expect(nowhere).rejects.toThrow(/no\/file: there is no such file or folder/);
  });

  it("sends what it is told to that server, and to no other", async () => {
    const other = createServer((_, response) => response.writeHead(302, { location: `${base}/sound` }).end());
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const url = new URL(`http://me:s%20cret@127.0.0.1:${(other.address() as AddressInfo).port}/`);
    const { url: bare, headers: own } = splitCredentials(url);
    expect([bare.username, own]).toEqual([
      "",
      { authorization: `Basic ${Buffer.from("me:s cret").toString("base64")}` },
    ]);
    await download(bare, join(folder, "file"), { sha256: SHA256, by: "the list", headers: own });
    await get("/sound", { headers: own });
    expect(headers.map(({ authorization }) => authorization)).toEqual([undefined, own.authorization]);
    other.close();
  });

  it("texts come in the same way", async () => {
    expect((await fetchText(new URL("/redirected", base))).text).toBe(CONTENT.toString());
    await expect(fetchText(new URL("/silent", base), { patience: 0.2 })).rejects.toThrow(/nothing came for 0\.2 s/);
    await expect(fetchText(new URL("/missing", base))).rejects.toThrow(/404 Not Found/);
  });
});

it("plain http is for this machine alone", () => {
  for (const url of ["https://a.test", "http://localhost:1", "http://[::1]/"]) requireSecure(new URL(url));
  for (const url of ["http://a.test", "ftp://127.0.0.1/", "file:///etc/passwd", "http://localhost.a.test"]) {
    expect(() => {
      requireSecure(new URL(url));
    }).toThrow("must be https");
  }
});
