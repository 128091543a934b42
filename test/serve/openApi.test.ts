import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunningServer } from "../../src/serve/index.ts";
import { ask, type Json, native, noise, SAVE, sendImage, serve, temporaryFolder } from "./served.ts";

let server: RunningServer;
let remove: () => Promise<void>;
let document: Document;

/** As far as the tests look at it. */
interface Document {
  openapi: string;
  paths: Record<string, Record<string, { responses?: Record<string, Json>; parameters?: Json[] }>>;
  components: { responses: object; securitySchemes?: object };
}

beforeAll(async () => {
  if (!native) return;
  const temporary = await temporaryFolder();
  ({ remove } = temporary);
  const models = { kinds: await SAVE.kinds(temporary.folder), things: await SAVE.things(temporary.folder) };
  server = await serve(models, { maxBatch: 1 });
  document = (await ask(server, "/openapi.json")).body as unknown as Document;
});
afterAll(async () => {
  if (!native) return;
  await server.close();
  await remove();
});

describe.skipIf(!native)("the OpenAPI document", () => {
  it("describes addresses that are there, and answers that they give", async () => {
    expect(document.openapi).toBe("3.1.0");
    const known = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.entries(operations).filter(([method]) => method !== "parameters").map(([method, operation]) => ({ path, method, operation })),
    ); // prettier-ignore
    expect(known).toHaveLength(18);
    for (const { path, method, operation } of known) {
      const { status } = await ask(server, path.replace("{version}", "1"), { method: method.toUpperCase() });
      expect(status, `${method} ${path}`).not.toBe(404);
      expect(Object.keys(operation.responses ?? {}), `${method} ${path}`).toContain(String(status));
    }
  });

  it("has references that lead somewhere, and nothing of a token where none is asked for", () => {
    const text = JSON.stringify(document);
    const references = [...text.matchAll(/"\$ref":"#\/components\/responses\/(\w+)"/g)].map(([, name = ""]) => name);
    expect(references.length).toBeGreaterThan(10);
    for (const name of references) expect(document.components.responses).toHaveProperty(name);
    expect([...text.matchAll(/"\$ref"/g)]).toHaveLength(references.length);
    expect(text).not.toContain("bearer");
  });

  it("names all that an answer holds", async () => {
    const image = await noise(90, 50, 1);
    for (const name of ["kinds", "things"]) {
      const { body } = await sendImage(server, `/models/${name}/predict?score=0.01`, image);
      const operation = document.paths[`/models/${name}/predict`]?.post;
      const schema = operation?.responses?.[200]?.content?.["application/json"]?.schema as Json;
      expect(Object.keys(body).sort()).toEqual([...(schema.required as unknown as string[])].sort());
    }
  });
});
