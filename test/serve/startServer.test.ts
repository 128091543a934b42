import fc from "fast-check";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodeImage } from "../../src/data/images/images.ts";
import { fittedImage } from "../../src/data/images/fittedFiles.ts";
import { placeOnCanvas } from "../../src/base/preprocessing.ts";
import { openModel } from "../../src/models.ts";
import type { ImageModel } from "../../src/serve/inference/messages.ts";
import { computeAnswers } from "../../src/serve/inference/computeAnswers.ts";
import { predictionOf } from "../../src/serve/answers/documents.ts";
import type { Observation, RunningServer } from "../../src/serve/index.ts";
import { ask, native, noise, SAVE, sendImage, sendInstances, serve, temporaryFolder } from "./served.ts";

const MAX_PIXELS = 40_000;
const paths: Record<string, string> = {};
const observed: Observation[] = [];
let observerClosed = 0;
let server: RunningServer;
let remove: () => Promise<void>;
let [image, other]: Buffer[] = [];

beforeAll(async () => {
  if (!native) return;
  const temporary = await temporaryFolder();
  remove = temporary.remove;
  for (const [name, save] of Object.entries(SAVE)) paths[name] = await save(temporary.folder);
  const observer = {
    observe: (one: Observation) => void observed.push(one),
    async close() {
      observerClosed++;
      await Promise.resolve();
    },
  };
  server = await serve(paths, { maxPixels: MAX_PIXELS, maxBody: 400_000, observer, precision: "float32" });
  [image, other] = await Promise.all([noise(110, 70, 1), noise(61, 83, 2)]);
});
afterAll(async () => {
  if (!native) return;
  await server.close();
  expect(observerClosed).toBe(1);
  await remove();
});

const inBase64 = (bytes: Uint8Array | undefined): { b64: string } => ({ b64: Buffer.from(bytes ?? []).toString("base64") }); // prettier-ignore

/** What the model says of images without any server, as `:predict` has it. */
async function expected(name: string, images: readonly Buffer[]): Promise<unknown[]> {
  const model = (await openModel(paths[name] ?? "", { batch: images.length, precision: "float32" })) as ImageModel;
  const { preprocessing } = model.description;
  const decoded = await Promise.all(
    images.map((one) => decodeImage(one, { size: (original) => placeOnCanvas(original, preprocessing) })),
  );
  const answers = await computeAnswers(model, decoded.map((one) => ({ image: fittedImage(one), wanted: {} }))); // prettier-ignore
  model.dispose();
  return answers.map((answer) => predictionOf(answer, model.description));
}

describe.skipIf(!native)("what a served model says of images", () => {
  it.each(["things", "kinds", "pixels", "texts"])("is what it says without a server: %s", async (name) => {
    const images = [image, other] as Buffer[];
    const { status, body } = await sendInstances(server, `/v1/models/${name}:predict`, images.map(inBase64));
    expect(status).toBe(200);
    const wanted = (await expected(name, images)) as Record<string, unknown>[];
    expect(body.predictions).toHaveLength(2);
    for (const [i, prediction] of wanted.entries()) {
      for (const [key, value] of Object.entries(prediction)) {
        const said: unknown = body.predictions?.[i]?.[key];
        if (key === "masks" || key === "names" || key === "name" || key === "text") expect(said).toEqual(value);
        else expectClose(said, value);
      }
    }
  });

  it("is the same in every form that an image can have", async () => {
    const { data, info } = await sharp(image).raw().toBuffer({ resolveWithObject: true });
    const rows = Array.from({ length: info.height }, (_, y) =>
      Array.from({ length: info.width }, (__, x) => [...data.subarray(3 * (y * info.width + x), 3 * (y * info.width + x) + 3)]),
    ); // prettier-ignore
    const forms = [inBase64(image), { image_bytes: inBase64(image) }, rows];
    const all = await Promise.all(
      forms.map((form) => sendInstances(server, "/v1/models/kinds:predict", [form], { signature_name: "serving_default" })),
    ); // prettier-ignore
    for (const { status, body } of all) {
      expect(status).toBe(200);
      expectClose(body.predictions?.[0]?.probabilities, all[0]?.body.predictions?.[0]?.probabilities);
    }
    const versioned = await sendInstances(server, "/v1/models/kinds/versions/1:predict", [inBase64(image)]);
    expectClose(versioned.body.predictions?.[0]?.probabilities, all[0]?.body.predictions?.[0]?.probabilities);
  });

  it("has names in the plain form, from a body or a form", async () => {
    const plain = await sendImage(server, "/models/things/predict?score=0.02&max=3", image as Buffer);
    expect(plain.body).toMatchObject({ model: "things", version: 1, image: { width: 110, height: 70 } });
    const detections = plain.body.detections as unknown as { class: string; index: number; score: number; box: number[] }[]; // prettier-ignore
    expect(detections).toHaveLength(3);
    for (const [i, { class: name, index, score, box }] of detections.entries()) {
      expect(name).toBe(`thing ${index}`);
      expect(score).toBeGreaterThanOrEqual(0.02);
      expect(score).toBeLessThanOrEqual(detections[i - 1]?.score ?? 1);
      expect(box).toHaveLength(4);
    }
    const form = new FormData();
    form.set("image", new File([Uint8Array.from(image as Buffer)], "a.png"));
    const sent = await ask(server, "/models/things/predict?score=0.02&max=3", { method: "POST", body: form });
    expect(sent.body).toEqual(plain.body);
    const kinds = await sendImage(server, "/models/kinds/predict?max=2", image as Buffer);
    expect(kinds.body.classes).toHaveLength(2);
    expect(kinds.body.shown).toEqual([kinds.body.classes?.[0]?.class]);
    const texts = await sendImage(server, "/models/texts/predict", image as Buffer);
    expect(Object.keys(texts.body)).toEqual(["model", "version", "image", "text", "confidence"]);
    const pixels = await sendImage(server, "/models/pixels/predict?instances=true", image as Buffer);
    expect(pixels.body.objects?.[0]?.mask?.size).toEqual([70, 110]);
  });

  it.each([
    ["things", "image/png", "png"],
    ["kinds", "image/jpeg", "jpeg"],
    ["pixels", "image/webp, */*", "webp"],
    ["texts", "image/*", "png"],
  ])("is drawn on the image where a picture is asked for: %s, %s", async (name, accept, format) => {
    const { status, body } = await sendImage(server, `/models/${name}/predict?score=0.01`, image as Buffer, accept);
    expect(status).toBe(200);
    const drawn = sharp(body as unknown as Buffer);
    expect(await drawn.metadata()).toMatchObject({ format, width: 110, height: 70 });
    const [before, after] = await Promise.all([sharp(image).raw().toBuffer(), drawn.removeAlpha().raw().toBuffer()]);
    expect(Buffer.compare(before, after)).not.toBe(0);
  });

  it("comes with what is known of the models", async () => {
    expect((await ask(server, "/v1/models/things")).body).toEqual({
      model_version_status: [{ version: "1", state: "AVAILABLE", status: { error_code: "OK", error_message: "" } }],
    });
    expect((await ask(server, "/v1/models/things/versions/1")).status).toBe(200);
    const { body } = await ask(server, "/v1/models/things/metadata");
    expect(body.model_spec).toEqual({ name: "things", signature_name: "", version: "1" });
    expect(body.metadata?.anchorkit?.description?.classes).toEqual(["thing 0", "thing 1", "thing 2"]);
    expect(body.metadata?.anchorkit?.batches).toEqual([1, 2]);
    const { models } = (await ask(server, "/models")).body;
    expect(models).toHaveLength(4);
    expect(models?.[0]).toMatchObject({ name: "things", ready: true, version: 1, task: "detection" });
  });
});

describe.skipIf(!native)("an image that cannot be read", () => {
  it("is refused in its place, and the others are answered", async () => {
    const cut = Buffer.from((image as Buffer).subarray(0, 900));
    const instances = [inBase64(image), inBase64(cut), inBase64(other), [[[1, 2]]], inBase64(Buffer.from("<svg/>"))];
    const { status, body } = await sendInstances(server, "/v1/models/kinds:predict", instances);
    expect(status).toBe(200);
    const errors = (body.predictions as unknown as { error?: string }[]).map(({ error }) => error);
    expect(errors).toEqual([
      undefined,
      expect.stringMatching(/^instances\[1\]: image: cannot be decoded/),
      undefined,
      "instances[3]: [0][0] must be three numbers: red, green and blue",
      expect.stringMatching(/^instances\[4\]: image: is no image that can be read/),
    ]);
  });

  it.each<[string, () => Promise<{ status: number; body: unknown }>, number, RegExp]>([
    ["one alone", () => sendInstances(server, "/v1/models/kinds:predict", [{ b64: "AAAA" }]), 400, /^instances\[0\]: image: is no/],
    ["text", () => sendImage(server, "/models/kinds/predict", Buffer.from("hello")), 400, /^image: is no image that can be read/],
    ["nothing", () => sendImage(server, "/models/kinds/predict", Buffer.from("")), 400, /^image: is empty/],
    ["a web page", () => sendImage(server, "/models/kinds/predict", Buffer.from("<html>")), 400, /^image: is HTML, which cannot be read/],
    ["too many pixels", async () => sendImage(server, "/models/kinds/predict", await noise(201, 200, 3)), 400, /^image: has 201 x 200 pixels, more than the limit of 40000$/],
    ["a bomb", async () => sendImage(server, "/models/kinds/predict", await bomb()), 400, /^image: has 9000 x 9000 pixels/],
    ["too many bytes", () => sendImage(server, "/models/kinds/predict", Buffer.alloc(400_001)), 413, /^the body is larger than 400000 bytes/],
    ["another type", () => ask(server, "/models/kinds/predict", { method: "POST", body: "a", headers: { "content-type": "text/plain" } }), 415, /not as text\/plain$/],
    ["no JSON", () => ask(server, "/v1/models/kinds:predict", { method: "POST", body: "{instances" }), 400, /^the body is no JSON/],
    ["no instances", () => ask(server, "/v1/models/kinds:predict", { method: "POST", body: "{}" }), 400, /^instances: must be a list, but is missing/],
    ["instances of another kind", () => sendInstances(server, "/v1/models/kinds:predict", [7]), 400, /^instances\[0\]: must be an object or a list, got 7/],
    ["too many instances", () => sendInstances(server, "/v1/models/kinds:predict", Array.from({ length: 129 }, () => ({ b64: "" }))), 413, /^instances: holds 129 images; 128 are the most/],
    ["another signature", () => sendInstances(server, "/v1/models/kinds:predict", [{ b64: "" }], { signature_name: "x" }), 400, /there is no signature "x", only serving_default/],
    ["another model", () => sendInstances(server, "/v1/models/nothing:predict", []), 404, /^Servable not found for request: Latest\(nothing\)/],
    ["another version", () => sendInstances(server, "/v1/models/kinds/versions/7:predict", []), 404, /^Servable not found for request: Specific\(kinds, 7\)/],
    ["another verb", () => sendInstances(server, "/v1/models/kinds:classify", []), 404, /^there is no POST \/v1\/models\/kinds:classify/],
    ["no model among several", () => sendImage(server, "/predict", Buffer.from("")), 404, /^there are several models; send the image to \/models\/things\/predict or/],
    ["another address", () => ask(server, "/nothing"), 404, /^there is no GET \/nothing/],
    ["a misspelt query", () => sendImage(server, "/models/things/predict?scor=1", image as Buffer), 400, /did you mean "score"/],
    ["a score that is none", () => sendImage(server, "/models/things/predict?score=2", image as Buffer), 400, /score: must be at most 1/],
    ["instances of a detector", () => sendImage(server, "/models/things/predict?instances=true", image as Buffer), 400, /is for segmenters/],
  ])("is explained in a line: %s", async (_what, send, status, message) => {
    const said = await send();
    expect(said.status).toBe(status);
    const { error } = said.body as { error: string };
    expect(error).toMatch(message);
    expect(error).not.toContain("\n");
  }); // prettier-ignore

  it("never makes a server fail, whatever JSON it is sent", async () => {
    const instance = fc.oneof(
      fc.jsonValue(),
      fc.record({ b64: fc.oneof(fc.base64String(), fc.string(), fc.jsonValue()) }),
      fc.record({ image_bytes: fc.oneof(fc.record({ b64: fc.base64String() }), fc.jsonValue()) }),
      fc.array(fc.array(fc.array(fc.oneof(fc.integer({ min: -1, max: 256 }), fc.double()), { maxLength: 4 }))),
    );
    const body = fc.oneof(
      { weight: 4, arbitrary: fc.record({ instances: fc.oneof(fc.array(instance), fc.jsonValue()) }) },
      { weight: 2, arbitrary: fc.record({ instances: fc.array(instance), signature_name: fc.jsonValue() }) },
      fc.jsonValue(),
    );
    await fc.assert(
      fc.asyncProperty(body, async (value) => {
        const said = await ask(server, "/v1/models/kinds:predict", { method: "POST", body: JSON.stringify(value) });
        expect(said.status).toBeGreaterThanOrEqual(200);
        expect(said.status).toBeLessThan(500);
        if (said.status !== 200) expect(typeof said.body.error).toBe("string");
      }),
      { numRuns: 150 },
    );
    expect((await sendInstances(server, "/v1/models/kinds:predict", [inBase64(image)])).status).toBe(200);
  });

  it("never makes a server fail, whatever bytes it is sent", async () => {
    const whole = image as Buffer;
    const damaged = fc.tuple(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length)).map(([at, value, length]) => {
      const bytes = Buffer.from(whole);
      bytes[at] = value;
      return bytes.subarray(0, length);
    });
    await fc.assert(
      fc.asyncProperty(fc.oneof(damaged, fc.uint8Array({ maxLength: 200 })), async (bytes) => {
        const { status } = await sendImage(server, "/models/kinds/predict", bytes);
        expect([200, 400]).toContain(status);
      }),
      { numRuns: 60 },
    );
  });
});

describe.skipIf(!native)("a server", () => {
  it("gives each request an identifier, and takes one that can stand in a log", async () => {
    const own = await ask(server, "/healthz", { headers: { "x-request-id": "job-7:a.b" } });
    expect(own.headers.get("x-request-id")).toBe("job-7:a.b");
    const other = await ask(server, "/healthz", { headers: { "x-request-id": 'a" b' } });
    expect(other.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    expect((await ask(server, "/nothing")).headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("tells its observer of each image that was answered, and of no other", async () => {
    observed.length = 0;
    const cut = (image as Buffer).subarray(0, 900);
    await sendInstances(server, "/v1/models/texts:predict", [inBase64(image), inBase64(cut), [[[1, 2, 3]]]]);
    await sendImage(server, "/models/things/predict", other as Buffer);
    await sendImage(server, "/models/things/predict", cut);
    await ask(server, "/healthz"); // what comes after an answer has been done by the time of the next
    expect(observed.map(({ model, version, answer }) => [model, version, answer.kind])).toEqual([
      ["texts", 1, "reading"],
      ["texts", 1, "reading"],
      ["things", 1, "detection"],
    ]);
    expect(observed.map(({ encoded }) => encoded && Buffer.from(encoded))).toEqual([image, undefined, other]);
    const [, , seen] = observed;
    expect(seen?.image).toMatchObject({ originalWidth: 61, originalHeight: 83, height: 64 });
    expect(seen?.image.data).toHaveLength(3 * (seen?.image.width ?? 0) * 64);
  });

  it("counts for Prometheus", async () => {
    const before = numbersOf((await ask(server, "/metrics")).body);
    await sendImage(server, "/models/kinds/predict", image as Buffer);
    await sendImage(server, "/models/kinds/predict", Buffer.from("x"));
    const after = numbersOf((await ask(server, "/metrics")).body);
    const grown = (name: string): number => (after.get(name) ?? 0) - (before.get(name) ?? 0);
    expect(grown('anchorkit_requests_total{route="plain",method="POST",status="200"}')).toBe(1);
    expect(grown('anchorkit_requests_total{route="plain",method="POST",status="400"}')).toBe(1);
    expect(grown('anchorkit_batch_images_sum{model="kinds"}')).toBe(1);
    expect(grown('anchorkit_scores_count{model="kinds"}')).toBe(1);
    const classes = [0, 1, 2, 3].map((k) => grown(`anchorkit_detections_total{model="kinds",class="thing ${k}"}`));
    expect(classes.reduce((sum, value) => sum + value)).toBe(1);
    expect(after.get('anchorkit_model_version{model="kinds"}')).toBe(1);
    expect(after.get('anchorkit_queue_images{model="kinds"}')).toBe(0);
  });

  it("says that it lives and answers", async () => {
    expect((await ask(server, "/healthz")).body).toEqual({ status: "alive" });
    expect((await ask(server, "/readyz")).body).toEqual({ status: "ready" });
  });

  it("has a page that loads nothing from elsewhere", async () => {
    for (const address of ["/", "/docs"]) {
      const { status, headers, body } = await ask(server, address);
      expect(status).toBe(200);
      expect(headers.get("content-security-policy")).toContain("default-src 'none'");
      const html = (body as unknown as Buffer).toString();
      expect(html).not.toMatch(/https?:|<script>|style=|onclick/);
      for (const [, file = ""] of html.matchAll(/(?:src|href)="([^"]+)"/g)) {
        expect((await ask(server, `/${file}`)).status).toBe(200);
      }
    }
  });
});

function numbersOf(text: unknown): Map<string, number> {
  const lines = String(text).split("\n").filter((line) => line !== "" && !line.startsWith("#")); // prettier-ignore
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ")))]),
  );
}

/** A small file that promises 81 million pixels. */
function bomb(): Promise<Buffer> {
  return sharp({ create: { width: 9000, height: 9000, channels: 3, background: "#000" } }).png({ compressionLevel: 9 }).toBuffer(); // prettier-ignore
}

/** Numbers, or lists of lists of them, that differ by no more than rounding. */
function expectClose(actual: unknown, wanted: unknown): void {
  const [a, b] = [actual, wanted].map((value) => [value].flat(3) as number[]) as [number[], number[]];
  expect(a).toHaveLength(b.length);
  for (const [i, value] of b.entries()) expect(Math.abs((a[i] ?? NaN) - value)).toBeLessThan(1e-3);
}
