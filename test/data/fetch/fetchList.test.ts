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
  expect((await read("birds.txt", "Source,url\nme,http://a/1\n")).items).toEqual([
    { url: "http://a/1", fields: { source: "me" } },
  ]);
});

test("addresses in quotes; semicolons and tabs as Excel and others write them; commas in a single column", async () => {
  const urls = async (name: string, text: string) => (await read(name, text)).items.map(({ url }) => url);
  expect(await urls("a.txt", '"http://a/1"\n <http://a/2>\nhttp://a/3\n')).toEqual([
    "http://a/1",
    "http://a/2",
    "http://a/3",
  ]);
  expect((await read("a.csv", 'url;source\r\nhttp://a/1,2;"you; me"\r\n')).items).toEqual([
    { url: "http://a/1,2", fields: { source: "you; me" } },
  ]);
  expect((await read("a.tsv", "id\turl\n7\thttp://a/1,2\n")).items).toEqual([
    { url: "http://a/1,2", fields: { id: "7" } },
  ]);
  expect(await urls("a.csv", 'url\nhttp://a/1,2\n"http://a/3,4"\n')).toEqual(["http://a/1,2", "http://a/3,4"]);
  expect((await read("a.csv", 'url,source\nhttp://a/1,"two\nlines, ""quoted"""\n')).items[0]?.fields).toEqual({
    source: 'two\nlines, "quoted"',
  });
});

test("columns that images.csv has for itself get another name, unless the list is an images.csv", async () => {
  const list = "url,width,status\nhttp://a/1,640,done\n";
  expect((await read("a.csv", list)).items[0]?.fields).toEqual({ list_width: "640", list_status: "done" });
  const images =
    "url,file,status,reason,width,height,format,bytes,sha256,perceptual_hash,source\nhttp://a/1,x.jpg,ok,,1,1,png,1,aa,bb,me\n";
  expect((await read("images.csv", images)).items).toEqual([
    { url: "http://a/1", name: "x.jpg", fields: { source: "me" } },
  ]);
});

test("what cannot be used is said", async () => {
  await expect(read("a.csv", "name,source\nx,y\n")).rejects.toThrow(
    "a.csv: no column is called url; there are name, source",
  );
  await expect(read("a.csv", 'url\n"http://a\n')).rejects.toThrow(/a\.csv: Quote Not Closed/);
  await expect(read("a.csv", "http://a/1,me\nhttp://a/2,you\n")).rejects.toThrow(
    "a.csv: no column is called url; the first line must name the columns",
  );
  await expect(read("a.txt", "# nothing\n")).rejects.toThrow("a.txt: there are no addresses in it");
  await expect(read("a.csv", "url\n")).rejects.toThrow("a.csv: there are no addresses in it");
  await expect(readFetchList(await folderOf({}))).rejects.toThrow(
    "is a folder; give a text file or a CSV with addresses",
  );
  await expect(readFetchList("gone.txt")).rejects.toThrow("gone.txt: no such file");
});
