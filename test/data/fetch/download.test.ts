import { describe, expect, onTestFinished, test, vi } from "vitest";
import { AnchorkitError } from "../../../src/base/errors.ts";
import { download, DownloadError, type DownloadOptions } from "../../../src/data/fetch/download.ts";
import { redirect, serve } from "./server.ts";

const body = Buffer.from("what an image would be");

function get(url: string, options: Partial<DownloadOptions> = {}): Promise<Uint8Array> {
  const { signal } = new AbortController();
  const defaults = { timeout: 5000, stallTimeout: 2000, maxBytes: 1000, userAgent: "anchorkit/test", signal };
  return download(url, { ...defaults, ...options });
}

async function refusal(url: string, options: Partial<DownloadOptions> = {}): Promise<DownloadError> {
  const error: unknown = await get(url, options).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(DownloadError);
  expect(error).toBeInstanceOf(AnchorkitError);
  return error as DownloadError;
}

test("what is there comes back, asked for under our name", async () => {
  const server = await serve({ "/a": body });
  expect(Buffer.from(await get(`${server.address}/a`))).toEqual(body);
  expect(server.headers[0]?.["user-agent"]).toBe("anchorkit/test");
});

describe("redirects", () => {
  test("are followed, relative ones too, five in a row", async () => {
    const { address } = await serve({
      "/1": redirect("/2"),
      "/2": redirect("3"),
      "/3": redirect("./x/../4"),
      "/4": redirect("/5"),
      "/5": redirect("/6"),
      "/6": body,
    });
    expect(Buffer.from(await get(`${address}/1`))).toEqual(body);
  });

  test("in a loop end after five", async () => {
    const { address, asked } = await serve({ "/a": redirect("/b"), "/b": redirect("/a") });
    expect(await refusal(`${address}/a`)).toMatchObject({ message: "more than 5 redirects", transient: false });
    expect((asked.get("/a") ?? 0) + (asked.get("/b") ?? 0)).toBe(6);
  });

  test.each([
    ["file:///etc/passwd", "a redirect to file: is not fetched, only http: and https: are"],
    ["data:image/png;base64,AAAA", "a redirect to data: is not fetched, only http: and https: are"],
    ["http://[", 'a redirect to "http://[", which is no address'],
    ["http://me:secret@127.0.0.1/", "addresses with a user name or password are not fetched"],
    ["", "a redirect to nowhere"],
  ])("to %s are refused", async (to, reason) => {
    const { address } = await serve({ "/a": redirect(to) });
    expect(await refusal(`${address}/a`)).toMatchObject({ message: reason, transient: false });
  });
});

test("a redirect from outside into one's own network is not followed", async () => {
  const { address, asked } = await serve({ "/secret": body });
  const answer = () => Promise.resolve(new Response(null, { status: 302, headers: { location: `${address}/secret` } }));
  const outside = vi.spyOn(globalThis, "fetch").mockImplementation(answer);
  onTestFinished(() => {
    outside.mockRestore();
  });
  expect(await refusal("http://example.org/a.png")).toMatchObject({
    message: "a redirect from outside to 127.0.0.1, which is within your own network",
    transient: false,
  });
  expect(outside).toHaveBeenCalledTimes(1);
  expect(asked.size).toBe(0);
});

test.each([
  ["file:///etc/passwd", "file: is not fetched, only http: and https: are"],
  ["ftp://example.org/a.png", "ftp: is not fetched, only http: and https: are"],
  ["photos/a.png", "is no address"],
  ["example.org/a.png", "is no address: write https:// or http:// before it"],
  ["", "the address is empty"],
])("%j is refused without asking", async (address, reason) => {
  expect(await refusal(address)).toMatchObject({ message: reason, transient: false });
});

describe("a server that does not do as it should", () => {
  test("and says nothing is given up", async () => {
    const { address } = await serve({ "/a": () => undefined });
    const start = performance.now();
    expect(await refusal(`${address}/a`, { stallTimeout: 150 })).toMatchObject({
      message: "nothing arrived for 0.15 s",
      transient: true,
    });
    expect(performance.now() - start).toBeLessThan(2000);
  });

  test("and stops in the middle is given up", async () => {
    const { address } = await serve({ "/a": (_, response) => response.write("half") });
    expect((await refusal(`${address}/a`, { stallTimeout: 150 })).message).toBe("nothing arrived for 0.15 s");
  });

  test("and sends a byte now and then is given up when the whole takes too long", async () => {
    const { address } = await serve({
      "/a": (_, response) => {
        const drip = setInterval(() => response.write("."), 30);
        response.on("close", () => {
          clearInterval(drip);
        });
      },
    });
    const refused = await refusal(`${address}/a`, { timeout: 400, stallTimeout: 300 });
    expect(refused).toMatchObject({ message: "not done after 0.4 s", transient: true });
  });

  test("and breaks off before the length that it told is found out", async () => {
    const { address } = await serve({
      "/a": (_, response) => {
        response.writeHead(200, { "content-length": 500 });
        response.write("half");
        setTimeout(() => response.destroy(), 50);
      },
    });
    const refused = await refusal(`${address}/a`);
    expect(refused.transient).toBe(true);
    expect(refused.message).toMatch(/^the connection broke off/);
  });

  test("and tells too large a length is not listened to", async () => {
    const { address } = await serve({
      "/a": (_, response) => {
        response.writeHead(200, { "content-length": 5_000_000 });
        response.write("half");
      },
    });
    expect((await refusal(`${address}/a`)).message).toBe("has more than 1000 bytes");
  });

  test("and never ends is broken off at the limit", async () => {
    let closed = false;
    const { address } = await serve({
      "/a": (_, response) => {
        const more = (): void => {
          while (!closed && response.write(Buffer.alloc(600)));
        };
        response.on("drain", more).on("close", () => (closed = true));
        more();
      },
    });
    expect((await refusal(`${address}/a`)).message).toBe("has more than 1000 bytes");
    await expect.poll(() => closed).toBe(true);
  });

  test.each([
    [404, {}, { message: "the server answers 404 Not Found", transient: false, retryAfter: undefined }],
    [503, {}, { message: "the server answers 503 Service Unavailable", transient: true, retryAfter: undefined }],
    [429, { "retry-after": "7" }, { transient: true, retryAfter: 7000 }],
    [429, { "retry-after": "soon" }, { transient: true, retryAfter: undefined }],
    [204, {}, { message: "the server answers 204 No Content", transient: false }],
  ])("and answers %d is quoted", async (status, headers, expected) => {
    const { address } = await serve({ "/a": (_, response) => response.writeHead(status, headers).end() });
    expect(await refusal(`${address}/a`)).toMatchObject(expected);
  });

  test("and asks to wait until a date is understood", async () => {
    const date = new Date(Date.now() + 60_000).toUTCString();
    const { address } = await serve({ "/a": (_, response) => response.writeHead(503, { "retry-after": date }).end() });
    const { retryAfter = 0 } = await refusal(`${address}/a`);
    expect(Math.abs(retryAfter - 60_000)).toBeLessThan(5000);
  });
});

test("no server, and no such name", async () => {
  const { address } = await serve({});
  const dead = address.replace(/\d+$/, (port) => String((Number(port) % 60_000) + 1024 + 1));
  expect((await refusal(`${dead}/a`)).transient).toBe(true);
  const refused = await refusal("http://no-such-name.invalid/a.png");
  expect(refused.message).toMatch(/there is no such server|connection broke off/);
});

test("a signal ends it at once, with its own reason", async () => {
  const { address } = await serve({ "/a": () => undefined });
  const controller = new AbortController();
  const running = get(`${address}/a`, { signal: controller.signal });
  controller.abort(new Error("enough"));
  await expect(running).rejects.toThrow("enough");
});
