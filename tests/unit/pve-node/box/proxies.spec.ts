import assert from "node:assert/strict";
import { proxiesOf, proxyFlags, proxyHostLine } from "../../../../pve-node/box/proxies";

describe("proxies of the machine", () => {
  it("are none where none is named", () => {
    const proxies = proxiesOf({ PATH: "/bin", http_proxy: "" });
    assert.deepEqual(proxies, { env: {}, network: [], packages: undefined, onLoopback: false });
    assert.deepEqual(proxyFlags(proxies, "--env"), []);
  });

  for (const name of ["http_proxy", "HTTP_PROXY"])
    it(`are handed on in both spellings when ${name} is set, without their values`, () => {
      const proxies = proxiesOf({ [name]: "http://me:secret@proxy.corp.example:3128" });
      assert.deepEqual(proxyFlags(proxies, "--build-arg"), [
        ...["--build-arg", "http_proxy", "--build-arg", "HTTP_PROXY"],
      ]);
      assert.equal(proxies.env.http_proxy, "http://me:secret@proxy.corp.example:3128");
      assert.equal(proxies.packages, proxies.env.http_proxy);
    });

  it("have the hosts that are excepted with them", () => {
    const { env } = proxiesOf({ https_proxy: "http://p:1", NO_PROXY: "corp" });
    assert.deepEqual(Object.keys(env).sort(), [
      ...["HTTPS_PROXY", "NO_PROXY", "https_proxy", "no_proxy"],
    ]);
    assert.equal(proxiesOf({ http_proxy: "http://a", HTTP_PROXY: "b" }).env.HTTP_PROXY, "http://a");
  });

  for (const url of [
    "http://127.0.0.1:3128",
    "localhost:3128",
    "http://u:p@[::1]:3128/",
    "http://127.1.2.3",
  ])
    it(`on loopback (${url}) are reached by builds through the machine's network, and not by CTs`, () => {
      const proxies = proxiesOf({ http_proxy: url });
      assert.deepEqual(proxies.network, ["--network", "host"]);
      assert.equal(proxies.packages, undefined);
      assert.equal(proxies.onLoopback, true);
    });

  it("are known to the node by the address that this machine knows", async () => {
    const known = (host: string) =>
      host === "proxy.corp.example"
        ? Promise.resolve(["10.1.2.4", "10.1.2.3"])
        : Promise.reject(new Error("ENOTFOUND"));
    const lines = [
      "http://10.1.2.3:3128",
      "http://me:secret@proxy.corp.example:3128/",
      "http://unknown.example:3128",
      "http://[fd00::1]:3128",
      "",
    ].map((url) => proxyHostLine(url, known));
    assert.deepEqual(await Promise.all(lines), [
      "10.1.2.3 10.1.2.3",
      "10.1.2.3 proxy.corp.example",
      "",
      "",
      "",
    ]);
  });
});
