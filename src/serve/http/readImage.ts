import { Refusal } from "../refusal.ts";
import type { RequestContext } from "./requestContext.ts";

/** What bodies are taken as the bytes of an image; the last is what curl calls `--data-binary` unless told. */
const RAW = /^(image\/[\w.+-]+|application\/octet-stream|application\/x-www-form-urlencoded)$/;

/**
 * The image in a request's body: its bytes, or the one file of a form.
 *
 * @throws Refusal for a body of another kind
 */
export async function readImage(c: RequestContext): Promise<Uint8Array> {
  const type = (c.req.header("content-type") ?? "application/octet-stream").split(";")[0]?.trim().toLowerCase() ?? "";
  if (RAW.test(type)) return new Uint8Array(await c.req.arrayBuffer());
  if (type === "multipart/form-data") return fileOfForm(c);
  throw new Refusal(415, `an image is taken as image/jpeg, image/png, …, or as a form with a file, not as ${type}`);
}

async function fileOfForm(c: RequestContext): Promise<Uint8Array> {
  const form = await c.req.formData().catch((error: unknown) => {
    throw new Refusal(400, `the form cannot be read: ${(error as Error).message}`);
  });
  const files = [...form.values()].filter((value) => value instanceof File);
  const [file] = files;
  if (!file || files.length > 1) throw new Refusal(400, `a form must hold one file, this one holds ${files.length}`);
  return new Uint8Array(await file.arrayBuffer());
}
