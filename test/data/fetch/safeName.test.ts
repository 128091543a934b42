import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { safeName, takeName } from "../../../src/data/fetch/safeName.ts";

describe("a name", () => {
  test.each([
    ["https://a.org/photos/bird.jpg", "bird.jpg"],
    ["https://a.org/photos/bird.JPEG?size=large#top", "bird.jpeg"],
    ["https://a.org/photos/bird.png", "bird.jpg"], // what the image is, not what it says
    ["https://a.org/photos/bird", "bird.jpg"],
    ["https://a.org/photo.php", "photo.php.jpg"],
    ["https://a.org/photos/", "photos.jpg"],
    ["https://a.org/", "image.jpg"],
    ["https://a.org/..%2f..%2fetc%2fpasswd", "passwd.jpg"],
    ["https://a.org/..%5C..%5Cwindows%5Cx.jpg", "x.jpg"],
    ["https://a.org/%2e%2e", "image.jpg"],
    ["https://a.org/.hidden.jpg", "hidden.jpg"],
    ["https://a.org/a%00b%0ac.jpg", "a_b_c.jpg"],
    ["https://a.org/a:b*c%3Fd.jpg", "a_b_c_d.jpg"],
    ["https://a.org/CON.jpg", "CON_.jpg"],
    ["https://a.org/%E9%B8%9F%20%F0%9F%90%A6.jpg", "鸟 🐦.jpg"],
    ["https://a.org/100%.jpg", "100_.jpg"], // no valid escape
  ])("of %s is %s", (url, name) => {
    expect(safeName(url, "jpeg")).toBe(name);
  });

  test("that the list gives comes first, and gets out of no folder either", () => {
    expect(safeName("https://a.org/x.jpg", "png", "great tit.png")).toBe("great tit.png");
    expect(safeName("https://a.org/x.jpg", "png", "../../etc/passwd")).toBe("passwd.png");
    expect(safeName("https://a.org/x.jpg", "png", "C:\\photos\\tit")).toBe("tit.png");
  });

  test("whatever the address, is one that every system takes", () => {
    const address = fc.oneof(
      fc.webUrl({ withQueryParameters: true }),
      fc.string().map((s) => `http://a.org/${s}`),
    );
    fc.assert(
      fc.property(
        address,
        fc.option(fc.string({ unit: "binary", maxLength: 300 }), { nil: undefined }),
        (url, wanted) => {
          const name = safeName(url, "webp", wanted);
          expect(name).toMatch(/^[^.\s][^/\\:*?"<>|]*\.webp$/u);
          expect(Buffer.byteLength(name)).toBeLessThan(230);
        },
      ),
    );
  });
});

test("a name that is taken gets a number, whatever its capitals", () => {
  const taken = new Set(["a.jpg"]);
  expect(["A.jpg", "a.jpg", "a.png", "b"].map((name) => takeName(name, taken))).toEqual([
    "A-2.jpg",
    "a-3.jpg",
    "a.png",
    "b",
  ]);
});
