import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** Images that were gone through, and how long that took. */
export interface Measured {
  seconds: number;
  images: number;
}

export interface PeerProcess {
  ask(command: string): Promise<Measured>;
  end(): void;
}

/** A peer in a process of its own, which says a line when it is ready and answers a line for a line. */
export function startPeer(python: string, args: readonly string[]): PeerProcess {
  const child = spawn(python, args, { stdio: ["pipe", "pipe", "pipe"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let said = "";
  child.stderr.on("data", (text) => (said = (said + String(text)).slice(-2000)));
  const answer = async (): Promise<unknown> => {
    const next = await lines.next();
    if (next.done) throw new Error(`the peer has ended: ${said.trim()}`);
    return JSON.parse(next.value);
  };
  const ready = answer();
  return {
    async ask(command) {
      await ready;
      child.stdin.write(`${command}\n`);
      const got = (await answer()) as Measured & { error?: string };
      if (got.error !== undefined) throw new Error(`the peer: ${got.error}`);
      return got;
    },
    end() {
      child.kill();
    },
  };
}
