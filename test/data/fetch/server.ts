import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

type Answer = (request: IncomingMessage, response: ServerResponse, times: number) => void;

export interface TestServer {
  /** "http://127.0.0.1:" and the port. */
  address: string;
  /** How often each path was asked for. */
  asked: Map<string, number>;
  /** The most that were being answered at once. */
  busiest: () => number;
  headers: IncomingMessage["headers"][];
}

/** A server on this machine that answers each path as told, gone after the test. */
export async function serve(answers: Record<string, Answer | Uint8Array>): Promise<TestServer> {
  const asked = new Map<string, number>();
  const headers: IncomingMessage["headers"][] = [];
  let open = 0;
  let busiest = 0;
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    const times = (asked.get(path) ?? 0) + 1;
    asked.set(path, times);
    headers.push(request.headers);
    busiest = Math.max(busiest, ++open);
    response.on("close", () => open--);
    const answer = answers[path];
    if (answer === undefined) response.writeHead(404).end();
    else if (typeof answer === "function") answer(request, response, times);
    else response.end(answer);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { address: `http://127.0.0.1:${port}`, asked, busiest: () => busiest, headers };
}

export function redirect(to: string): Answer {
  return (_, response) => {
    response.writeHead(302, { location: to }).end();
  };
}
