import { expect, test } from "vitest";
import { imageAddress, imageInAddress } from "../../../src/data/formats/imageAddress.ts";

test.each<[address: string, name: string, ifMissing?: RegExp]>([
  ["/data/upload/1/12ab34cd-name.jpg", "/data/upload/1/12ab34cd-name.jpg"],
  ["/data/upload/1/12ab34cd-name.jpg", "/data/upload/1/name.jpg"],
  ["/data/upload/1/12ab34cd-a%20b.jpg", "/data/upload/1/a b.jpg"],
  ["/data/local-files/?d=photos/a%20b%23.jpg", "photos/a b#.jpg"],
  ["/data/local-files/?x=1&d=100%.jpg", "100%.jpg"],
  ["s3://bucket/folder/%D0%BA%D0%BE%D1%82.jpg", "s3://bucket/folder/кот.jpg", /^is an address; put a copy/],
  ["https://host/a.jpg?X-Amz-Signature=1", "https://host/a.jpg", /^is an address/],
  [`/tasks/5/resolve/?fileuri=${Buffer.from("gs://bucket/x.png").toString("base64")}`, "gs://bucket/x.png"],
  ["/data/upload/1/a?#b.jpg", "/data/upload/1/a?#b.jpg"],
])("%s may be %s", (address, name, ifMissing) => {
  const { names, ifMissing: said } = imageAddress(address);
  expect(names).toContain(name);
  expect(said ?? "").toMatch(ifMissing ?? /^$/);
});

test("the likeliest comes first: the file named in the query, the address as it stands, without escapes, without prefix", () => {
  expect(imageAddress("/data/local-files/?d=a.jpg").names[0]).toBe("a.jpg");
  expect(imageAddress("/x/12ab34cd-a%20b.jpg", "12ab34cd-c.jpg").names).toEqual([
    ...["/x/12ab34cd-a%20b.jpg", "/x/12ab34cd-a b.jpg", "12ab34cd-c.jpg"],
    ...["/x/a%20b.jpg", "/x/a b.jpg", "c.jpg"],
  ]);
});

test("an address may be the image itself, which may have been uploaded", () => {
  expect(imageAddress("data:image/png;base64,AAAA", "12ab34cd-c.png").names).toEqual(["12ab34cd-c.png", "c.png"]);
  expect(imageAddress("data:image/png;base64,AAAA").names).toEqual(["image"]);
  expect(imageInAddress("data:image/png;base64,AAEC")).toEqual(Buffer.of(0, 1, 2));
  expect(imageInAddress("data:image/png;name=a;base64,AAEC")).toEqual(Buffer.of(0, 1, 2));
  expect(imageInAddress("data:,a%00")).toEqual(Buffer.of(97, 0));
  expect(imageInAddress("s3://data/a.png")).toBeUndefined();
});
