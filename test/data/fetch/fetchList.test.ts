import { join } from "node:path";
import { expect, test } from "vitest";
import { readFetchList } from "../../../src/data/fetch/fetchList.ts";
import { folderOf } from "../helpers.ts";

async function read(name: string, text: string) {
  return readFetchList(join(await folderOf({ [name]: text }), name));
}

test("a text file: one address a line, with comments, empty lines and Windows' line ends", async () => {
  expect(await read("urls.txt", "\ufeff# birds\r\nhttp://a/1\r\n\r\n  http://a/2, 3 \r\nhttp://a/1\r\n")).toEqual({
    items: [
      { url: "http://a/1", fields: {} },
      { url: "http://a/2, 3", fields: {} },
    ],
    repeated: 1,
  });
});

test("a CSV: the column of addresses, of names, and the others as they are; license becomes licence", async () => {
  const csv = '\ufeffTitle, License,URL,file\n"Tit, blue",CC0,http://a/1,tit.jpg\nWren,,http://a/2,\n,,,\n';
  expect((await read("birds.csv", csv)).items).toEqual([
    { url: "http://a/1", name: "tit.jpg", fields: { Title: "Tit, blue", licence: "CC0" } },
    { url: "http://a/2", fields: { Title: "Wren", licence: "" } },
  ]);
  expect((await read("birds.txt", "source,url\nme,http://a/1\n")).items).toEqual([
    { url: "http://a/1", fields: { source: "me" } },
  ]);
});

test("what cannot be used is said", async () => {
  await expect(read("a.csv", "name,source\nx,y\n")).rejects.toThrow(
    "a.csv: no column is called url; there are name, source",
  );
  await expect(read("a.csv", 'url\n"http://a\n')).rejects.toThrow(/a\.csv: Quote Not Closed/);
  await expect(read("a.txt", "# nothing\n")).rejects.toThrow("a.txt: there are no addresses in it");
  await expect(read("a.csv", "url\n")).rejects.toThrow("a.csv: there are no addresses in it");
  await expect(readFetchList("gone.txt")).rejects.toThrow("gone.txt: no such file");
});
