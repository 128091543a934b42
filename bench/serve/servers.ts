import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** A server in a process of its own, or several. */
export interface StartedServer {
  url: string;
  process: ChildProcess;
  /** Ends it, and gives the exit code. */
  stop(): Promise<number | null>;
}

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** `detect serve` from the sources, once it is ready. */
export function startOwn(args: readonly string[], port: number): Promise<StartedServer> {
  const command = ["--import", "tsx", "src/cli/detect.ts", "serve", ...args, "--port", String(port)];
  return started(process.execPath, [...command, "--log-level", "error"], port);
}

/** The peer in Python, once it is ready. */
export function startPeerServer(python: string, model: string, port: number, threads: number): Promise<StartedServer> {
  return started(python, ["bench/serve/peer.py", model, String(port), String(threads)], port);
}

async function started(command: string, args: readonly string[], port: number): Promise<StartedServer> {
  const child = spawn(command, args, { cwd: ROOT, stdio: ["ignore", "ignore", "inherit"] });
  const url = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<number | null> => {
    if (child.exitCode !== null) return child.exitCode;
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    const [code] = (await ended) as [number | null];
    return code;
  };
  for (let tries = 0; tries < 600; tries++) {
    if (child.exitCode !== null) throw new Error(`${command} ${args.join(" ")} has ended`);
    const ready = await fetch(`${url}/readyz`).then(({ ok }) => ok, () => false); // prettier-ignore
    if (ready) return { url, process: child, stop };
    await sleep(100);
  }
  await stop();
  throw new Error(`${command} ${args.join(" ")} does not get ready`);
}
