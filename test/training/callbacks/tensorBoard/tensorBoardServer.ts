import { spawn } from "node:child_process";

/** A running TensorBoard. */
export interface TensorBoardServer {
  /** The answer to a path, as JSON or as bytes. */
  json(path: string): Promise<unknown>;
  bytes(path: string): Promise<Buffer>;
  stop(): void;
}

/** Seconds until it answers, on a busy machine. */
const PATIENCE = 120;

/** Starts the tensorboard of a Python environment on the runs below a folder, on a free port of this machine. */
export async function startTensorBoard(python: string, folder: string): Promise<TensorBoardServer> {
  const options = ["--logdir", folder, "--host", "127.0.0.1", "--port", "0", "--load_fast", "false"];
  const child = spawn(python, ["-m", "tensorboard.main", ...options], { stdio: ["ignore", "pipe", "pipe"] });
  const address = await new Promise<string>((resolve, reject) => {
    let said = "";
    const late = setTimeout(() => {
      child.kill();
      reject(new Error(`tensorboard did not start within ${PATIENCE} s: ${said}`));
    }, 1000 * PATIENCE);
    const listen = (chunk: Buffer): void => {
      said += chunk.toString();
      const found = /http:\/\/[\w.]+:\d+/.exec(said)?.[0];
      if (found === undefined) return;
      clearTimeout(late);
      resolve(found);
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    child.on("exit", (code) => {
      clearTimeout(late);
      reject(new Error(`tensorboard ended with ${code}: ${said}`));
    });
  });
  const ask = async (path: string, init?: RequestInit): Promise<Response> => {
    const response = await fetch(`${address}/data/${path}`, init);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  return {
    json: async (path) => (await (await ask(path)).json()) as unknown,
    bytes: async (path) => Buffer.from(await (await ask(path)).arrayBuffer()),
    stop: () => {
      child.removeAllListeners("exit");
      child.kill();
    },
  };
}
