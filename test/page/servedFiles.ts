import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname } from "node:path";

/** A static host of files in memory. */
export interface ServedFiles {
  url: string;
  close(): Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".wasm": "application/wasm",
  ".png": "image/png",
};

/** Serves files by their paths, index.html as `/`. @param headers of every answer */
export async function serveFiles(
  files: ReadonlyMap<string, Uint8Array>,
  headers: Readonly<Record<string, string>> = {},
): Promise<ServedFiles> {
  const answer = ({ url = "/" }: IncomingMessage, response: ServerResponse): void => {
    const path = new URL(url, "http://localhost").pathname.slice(1) || "index.html";
    const file = files.get(path);
    const type = TYPES[extname(path)] ?? "application/octet-stream";
    response.writeHead(file ? 200 : 404, { ...headers, "content-type": type }).end(file);
  };
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/`,
    close: () => new Promise((resolve) => { server.closeAllConnections(); server.close(() => { resolve(); }); }), // prettier-ignore
  };
}
