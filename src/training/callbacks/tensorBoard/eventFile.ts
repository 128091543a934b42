import { appendFile, truncate } from "node:fs/promises";
import { existsSync } from "node:fs";
import { writeFileAtomic } from "../../../base/files.ts";
import { systemErrorAt } from "../../../base/systemErrors.ts";
import { encodeTfRecord, wholeRecordBytes } from "../../../data/formats/tfrecord/tfRecordFile.ts";
import { encodeEvent, type EventContent } from "./eventProto.ts";

/** A file of events as TensorBoard reads it: TFRecords of Event messages. What is added is written by `flush`. */
export class EventFile {
  readonly #path: string;
  #waiting: Buffer[] = [];
  #writing: Promise<void> = Promise.resolve();

  private constructor(path: string) {
    this.#path = path;
  }

  /** Begins a file, or goes on with the one that is there: half of a record, which a crash has left, is cut off. */
  static async open(path: string, { goOn }: { goOn: boolean }): Promise<EventFile> {
    const file = new EventFile(path);
    if (goOn && existsSync(path)) {
      await truncate(path, await wholeRecordBytes(path));
    } else {
      await writeFileAtomic(path, "");
      file.add(0, { fileVersion: "brain.Event:2" });
    }
    return file;
  }

  add(step: number, content: EventContent): void {
    this.#waiting.push(encodeTfRecord(encodeEvent({ wallTime: Date.now() / 1000, step, ...content })));
  }

  /** @throws AnchorkitError if the file cannot be written */
  flush(): Promise<void> {
    const bytes = Buffer.concat(this.#waiting.splice(0));
    this.#writing = this.#writing
      .then(() => appendFile(this.#path, bytes))
      .catch((error: unknown) => {
        throw systemErrorAt(error, this.#path);
      });
    this.#writing.catch(() => undefined); // heard by who waits for it, or for the next flush
    return this.#writing;
  }
}
