import { expect, it } from "vitest";
import { pictureAsked } from "../../../src/serve/http/accepted.ts";

it.each<[string | undefined, string | undefined]>([
  [undefined, undefined],
  ["*/*", undefined],
  ["application/json", undefined],
  ["image/png", "image/png"],
  ["IMAGE/JPEG", "image/jpeg"],
  ["image/*", "image/png"],
  ["text/html, image/webp;q=0.9, */*;q=0.8", "image/webp"],
  ["image/png;q=0.1, application/json;q=0.5", undefined],
  ["image/png;q=0", undefined],
  ["image/tiff", undefined],
  [";;,,q=", undefined],
])("of %s: %s", (accept, type) => {
  expect(pictureAsked(accept)).toBe(type);
});
