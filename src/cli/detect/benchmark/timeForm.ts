import { once } from "node:events";
import { AnchorkitError } from "../../../base/errors.ts";
import { startProcess } from "../../../base/childProcess.ts";

export interface TimeTask {
  /** Of the run, or of what was exported. */
  path: string;
  /** Image files, each looked at once a round, by itself. */
  files: readonly string[];
  rounds: number;
}

export interface TimedForm {
  /** Of each look at an image, from its pixels to the answer. */
  milliseconds: number[];
  /** Bytes that the process took at most. */
  memory: number;
}

/**
 * Times a model in a process of its own.
 *
 * @throws AnchorkitError if it cannot be opened there
 */
export async function timeForm(task: TimeTask): Promise<TimedForm> {
  const child = startProcess("timeProcess", import.meta.url);
  const reply = once(child, "message") as Promise<[TimedForm | { failed: string }]>;
  const end = once(child, "exit").then(([code, signal]) => {
    throw new AnchorkitError(`${task.path}: the process that timed it has ended (${String(signal ?? code)})`);
  });
  child.send(task);
  const [timed] = await Promise.race([reply, end]);
  end.catch(() => undefined); // it ends once it has answered
  if ("failed" in timed) throw new AnchorkitError(timed.failed);
  return timed;
}
