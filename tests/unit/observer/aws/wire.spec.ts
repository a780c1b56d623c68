import assert from "node:assert/strict";
import { readCbor } from "../../../../observer/aws/wire/cborReader";
import { cborOf } from "../../../../observer/aws/wire/cborWriter";
import { Items } from "../../../../observer/aws/wire/document";
import { pageOf } from "../../../../observer/aws/wire/paging";
import { readQuery } from "../../../../observer/aws/wire/query";
import { xmlOf } from "../../../../observer/aws/wire/xml";

describe("AWS's query protocol", () => {
  it("reads lists, structures and EC2's own form of them", () => {
    const { input, ...rest } = readQuery(
      "Action=A&Version=1&Names.member.1=a&Names.member.2=b&Targets.member.1.Id=i-1" +
        "&Filters.Filter.1.Name=engine&Filters.Filter.1.Values.Value.1=postgres",
    );
    assert.deepEqual(rest, { action: "A", version: "1" });
    assert.deepEqual(input, {
      Names: ["a", "b"],
      Targets: [{ Id: "i-1" }],
      Filters: [{ Name: "engine", Values: ["postgres"] }],
    });
    assert.deepEqual(readQuery("Filter.1.Name=n&Filter.1.Value.1=x&Filter.1.Value.10=z").input, {
      Filter: [{ Name: "n", Value: ["x", "z"] }],
    });
  });

  it("takes names that every object has for what they are", () => {
    const { input } = readQuery("__proto__.x=1&constructor.y=2");
    assert.deepEqual(Object.keys(input), ["__proto__", "constructor"]);
    assert.equal(({} as { x?: string }).x, undefined);
  });

  it("ends with the depth that calls have", () => {
    assert.doesNotThrow(() => readQuery(`${"a.".repeat(10_000)}b=1`));
  });
});

describe("XML of an answer", () => {
  it("names elements of lists, leaves out what has no value, and escapes", () => {
    const document = {
      Name: `<a & "b">\u0000`,
      At: new Date(0),
      Gone: undefined,
      List: [1, true],
      Tags: new Items("Tag", [{ Key: "k" }]),
      Empty: [],
    };
    assert.equal(
      xmlOf(document, "member"),
      "<Name>&lt;a &amp; &quot;b&quot;&gt;</Name><At>1970-01-01T00:00:00.000Z</At>" +
        "<List><member>1</member><member>true</member></List>" +
        "<Tags><Tag><Key>k</Key></Tag></Tags><Empty></Empty>",
    );
  });
});

describe("CBOR", () => {
  it("writes what RFC 8949 says: tagged dates, doubles, lengths", () => {
    assert.equal(cborOf({ a: "b" }).toString("hex"), "a161616162");
    assert.equal(cborOf({ v: [1] }).toString("hex"), "a1617681fb3ff0000000000000");
    assert.equal(cborOf({ t: new Date(1000) }).toString("hex"), "a16174c1fb3ff0000000000000");
  });

  it("reads back what it writes, of any length", () => {
    const long = "ä".repeat(40_000);
    const document = { long, list: new Array<string>(300).fill("x"), yes: true };
    assert.deepEqual(readCbor(cborOf({ ...document, none: undefined })), document);
  });

  it("reads numbers, dates and lengths that are not given, as other clients write them", () => {
    const read = (hex: string) => readCbor(Buffer.from(hex, "hex"));
    assert.deepEqual(read("bf6161182a6162f5ff"), { a: 42, b: true });
    assert.deepEqual(read("9f20ff"), [-1]);
    assert.deepEqual(read("c11a69560000"), new Date(0x69560000 * 1000));
    assert.deepEqual(read("7f61616162ff"), "ab");
    assert.deepEqual(read("fb3ff8000000000000"), 1.5);
  });

  it("refuses what is cut off, goes on, or is nested without end", () => {
    for (const hex of [
      "a161",
      "0000",
      "ff",
      "1f",
      "bf6161ff",
      "81".repeat(100),
      "9bffffffffffffffff",
    ]) {
      const message = "The body is not valid CBOR";
      assert.throws(() => readCbor(Buffer.from(hex, "hex")), { message }, hex);
    }
  });
});

describe("paging", () => {
  it("gives every item once, and refuses a marker that nobody was given", () => {
    const all = [1, 2, 3, 4, 5];
    const first = pageOf(all, { marker: undefined, size: 2 });
    assert.deepEqual(first, { items: [1, 2], next: "2" });
    assert.deepEqual(pageOf(all, { marker: "4", size: 2 }), { items: [5] });
    for (const marker of ["x", "-1", "6", "1.5"]) {
      assert.throws(() => pageOf(all, { marker, size: 2 }), /is not valid/);
    }
  });
});
