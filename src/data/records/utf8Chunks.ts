import { AnchorkitError } from "../../base/errors.ts";
import { BYTE, isSpace } from "./recordScanner.ts";

/**
 * The bytes of a JSON text in UTF-8, whether it is in that or in UTF-16: a byte order mark tells, else zeros beside the bracket
 * that it begins with. What is UTF-8 already comes through as it is.
 *
 * @param name the file's, for messages
 * @throws AnchorkitError for text in UTF-16 that is broken
 */
export async function* utf8Chunks(chunks: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array, void> {
  let decoder: TextDecoder | undefined;
  let started = false;
  for await (const chunk of chunks) {
    if (!started) {
      const encoding = utf16Of(chunk);
      if (encoding !== undefined) decoder = new TextDecoder(encoding, { fatal: true });
      started = true;
    }
    yield decoder ? encoded(decoder, name, chunk) : chunk;
  }
  if (decoder) yield encoded(decoder, name);
}

function utf16Of([first, second]: Uint8Array): "utf-16le" | "utf-16be" | undefined {
  if ((first === 0xff && second === 0xfe) || (beginsJson(first) && second === 0)) return "utf-16le";
  return (first === 0xfe && second === 0xff) || (first === 0 && beginsJson(second)) ? "utf-16be" : undefined;
}

function beginsJson(byte: number | undefined): boolean {
  return byte === BYTE.open || byte === BYTE.openList || isSpace(byte);
}

function encoded(decoder: TextDecoder, name: string, chunk?: Uint8Array): Uint8Array {
  try {
    return Buffer.from(chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode());
  } catch {
    throw new AnchorkitError(`${name}: is not text in ${decoder.encoding}; save it as UTF-8`);
  }
}
