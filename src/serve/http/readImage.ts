import { Refusal } from "../refusal.ts";
import { readBody } from "./bodies.ts";
import type { RequestContext } from "./requestContext.ts";

/** What bodies are taken as the bytes of an image; the last is what curl calls `--data-binary` unless told. */
const RAW = /^(image\/[\w.+-]+|application\/octet-stream|application\/x-www-form-urlencoded)$/;

/**
 * The image in a request's body: its bytes, or the one file of a form.
 *
 * @param most bytes of the body @throws Refusal for a body of another kind, and for a larger one
 */
export async function readImage(c: RequestContext, most: number): Promise<Uint8Array> {
  const header = c.req.header("content-type") ?? "application/octet-stream";
  const type = header.split(";")[0]?.trim().toLowerCase() ?? "";
  const isForm = type === "multipart/form-data";
  if (!isForm && !RAW.test(type)) {
    throw new Refusal(415, `an image is taken as image/jpeg, image/png, …, or as a form with a file, not as ${type}`);
  }
  const body = await readBody(c.env.incoming, most, c.get("state").signal);
  return isForm ? fileOfForm(body, header) : body;
}

async function fileOfForm(body: Buffer, type: string): Promise<Uint8Array> {
  const request = new Response(Uint8Array.from(body), { headers: { "content-type": type } });
  const form = await request.formData().catch((error: unknown) => {
    throw new Refusal(400, `the form cannot be read: ${(error as Error).message}`);
  });
  const files = [...form.values()].filter((value) => value instanceof File);
  const [file] = files;
  if (!file || files.length > 1) throw new Refusal(400, `a form must hold one file, this one holds ${files.length}`);
  return new Uint8Array(await file.arrayBuffer());
}
