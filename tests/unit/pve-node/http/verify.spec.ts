import assert from "node:assert/strict";
import { PveError } from "../../../../pve-node/errors";
import { addBody, addUrlencoded, type RawParams } from "../../../../pve-node/http/parameters";
import type { ParamSchema } from "../../../../pve-node/contract";
import { verify } from "../../../../pve-node/http/verify";

const schema: Record<string, ParamSchema> = {
  vmid: { type: "integer", format: "pve-vmid", minimum: 100 },
  memory: { type: "integer", minimum: 16, maximum: 8192, optional: true },
  start: { type: "boolean", optional: true },
  hostname: { type: "string", format: "dns-name", maxLength: 255, optional: true },
  password: { type: "string", minLength: 5, maxLength: 8, optional: true },
  cmode: { type: "string", enum: ["tty", "shell"], optional: true },
  size: { type: "string", pattern: /^\+?\d+G$/, optional: true },
  delete: { type: "string", format: "pve-configid-list", optional: true },
  tty: { type: "integer", default: 2, optional: true },
};

function check(query: string, uri: Record<string, string> = {}) {
  const raw: RawParams = new Map();
  addUrlencoded(raw, query);
  const patterns = [{ match: /^net\d$/, schema: { type: "string" as const } }];
  return verify({ params: schema, patterns }, uri, raw);
}

function errorsOf(query: string, uri: Record<string, string> = {}): Record<string, string> {
  try {
    check(query, uri);
  } catch (error) {
    assert(error instanceof PveError);
    assert.equal(error.status, 400);
    assert.equal(error.message, "Parameter verification failed.");
    return error.errors ?? {};
  }
  throw new Error(`"${query}" was accepted`);
}

describe("parameter verification", () => {
  it("types what it accepts and fills in defaults", () => {
    const { params } = check("vmid=100&start=1&memory=512&net0=name%3Deth0&hostname=a.b");
    const wanted = { vmid: 100, start: true, memory: 512, net0: "name=eth0", hostname: "a.b" };
    assert.deepEqual(params, { ...wanted, tty: 2 });
  });

  it("checks an empty value like any other, whether it came as k or as k=", () => {
    assert.match(errorsOf("vmid=100&hostname=").hostname ?? "", /^invalid format/);
    assert.match(errorsOf("vmid=100&hostname").hostname ?? "", /^invalid format/);
    assert.equal(errorsOf("vmid=").vmid, "type check ('integer') failed - got ''");
  });

  it("takes signs, and what is no percent escape, as a real node does", () => {
    assert.equal(check("vmid=100&memory=%2B64").params.memory, 64);
    const raw: RawParams = new Map();
    addUrlencoded(raw, "a=%zz&b=%ff&c=%C3%A9");
    assert.deepEqual([...raw.values()].flat(), ["%zz", "\uFFFD", "é"]);
  });

  it("joins repeated keys of lists and refuses them elsewhere", () => {
    assert.equal(check("vmid=100&delete=a1&delete=b1").params.delete, "a1,b1");
    const { size } = errorsOf("vmid=100&size=1G&size=2G");
    assert.equal(size, "type check ('string') failed - got ARRAY");
  });

  const texts: [string, string, string][] = [
    ["memory=8", "memory", "value must have a minimum value of 16"],
    ["memory=9000", "memory", "value must have a maximum value of 8192"],
    ["memory=x", "memory", "type check ('integer') failed - got 'x'"],
    ["start=true", "start", "type check ('boolean') failed - got 'true'"],
    ["password=abc", "password", "value must be at least 5 characters long"],
    ["password=123456789", "password", "value may only be 8 characters long"],
    ["cmode=x", "cmode", "value 'x' does not have a value in the enumeration 'tty, shell'"],
    ["size=1", "size", "value does not match the regex pattern"],
    ["hostname=a_b", "hostname", "invalid format - value does not look like a valid DNS name\n"],
    [
      "foo=1",
      "foo",
      "property is not defined in schema and the schema does not allow additional properties",
    ],
  ];
  for (const [query, name, text] of texts) {
    it(`refuses ${query} in Proxmox's words`, () => {
      assert.deepEqual(errorsOf(`vmid=100&${query}`), { [name]: text });
    });
  }

  it("refuses a parameter that contradicts the path", () => {
    const text = "duplicate parameter (already defined in URI) with conflicting values!";
    assert.deepEqual(errorsOf("vmid=101", { vmid: "100" }), { vmid: text });
    assert.equal(check("vmid=100", { vmid: "100" }).params.vmid, 100);
  });

  it("reads JSON bodies like forms", () => {
    const raw: RawParams = new Map();
    addBody(raw, "application/json", '{"vmid":100,"start":true,"delete":["a1","b1"],"size":null}');
    const { params } = verify({ params: schema }, {}, raw);
    assert.deepEqual(params, { vmid: 100, start: true, delete: "a1,b1", tty: 2 });
  });

  it("decodes + and percent, separates at & and ;", () => {
    const raw: RawParams = new Map();
    addUrlencoded(raw, "a=1+2;b=%2Fx%3D&_dc=1");
    assert.deepEqual(
      [...raw],
      [
        ["a", ["1 2"]],
        ["b", ["/x="]],
      ],
    );
  });

  it("takes no name of JavaScript's own objects for a parameter", () => {
    for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
      for (const value of ["", "=1"]) {
        assert.match(errorsOf(`vmid=100&${name}${value}`)[name] ?? "", /not defined in schema/);
      }
    }
  });

  it("refuses control characters in every text that is not encoded", () => {
    const wrong = "invalid format - value contains control characters\n";
    assert.equal(errorsOf("vmid=100&net0=a%0Ab").net0, wrong);
    assert.equal(errorsOf("vmid=100&password=a%0Dbcde").password, wrong);
  });
});
