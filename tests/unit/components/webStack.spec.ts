import { ComponentProvider } from "@pulumi/pulumi/provider/experimental/provider";
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { WebStack, type WebStackArgs } from "../../../components";
import { KEY_FILE_VARIABLE } from "../../../lib/stack/machineFiles";
import { declare, given, refusalOf } from "../../support/declare";

const GOLDEN = join(__dirname, "webStack.schema.json");

const ARGS: WebStackArgs = {
  proxmoxEndpoint: given("https://192.0.2.1:8006/"),
  template: given("local:vztmpl/debian-12.tar.zst"),
  sshHost: given("192.0.2.1"),
  sshHostKey: given("ssh-ed25519 AAAA"),
  lanCidr: given("192.0.2.0/24"),
  lanGateway: given("192.0.2.254"),
  lanAddress: given("192.0.2.10"),
  imageContext: "",
};

describe("a web stack from plain values", function () {
  this.timeout("1m");
  const folder = mkdtempSync(join(tmpdir(), "web-stack-"));
  const before = process.env[KEY_FILE_VARIABLE];
  let args = ARGS;

  beforeEach(() => {
    const key = join(folder, "id_ed25519");
    writeFileSync(key, "PRIVATE KEY");
    writeFileSync(`${key}.pub`, "ssh-ed25519 PUBLIC\n");
    writeFileSync(join(folder, "Dockerfile"), "FROM scratch\n");
    process.env[KEY_FILE_VARIABLE] = key;
    args = { ...ARGS, imageContext: folder };
  });
  after(() => {
    if (before === undefined) delete process.env[KEY_FILE_VARIABLE];
    else process.env[KEY_FILE_VARIABLE] = before;
    rmSync(folder, { recursive: true });
  });

  it("is a load balancer, two app nodes one after the other, and their database", async () => {
    const made = await declare(() => new WebStack("shop", args));
    const cts = made.resources.filter(({ type }) => type.endsWith(":ContainerLegacy"));
    assert.deepEqual(
      cts.map(({ name, inputs }) => [
        name,
        inputs.vmId,
        inputs.initialization.ipConfigs.at(-1).ipv4.address,
      ]),
      [
        ["shop-db-ct", 150, "10.10.10.50/24"],
        ["shop-lb-ct", 110, "10.10.10.10/24"],
        ["shop-app1-ct", 111, "10.10.10.11/24"],
        ["shop-app2-ct", 112, "10.10.10.12/24"],
      ].sort(
        (a, b) =>
          cts.findIndex(({ name }) => name === a[0]) - cts.findIndex(({ name }) => name === b[0]),
      ),
    );
    assert.ok(made.dependsOn("shop-app2-drain", "shop-app1-target"));
    assert.match(String(made.inputs("shop-db-config").create), /10\.10\.10\.11\/32/);
  });

  it("moves as a whole: vmids, addresses, bridge", async () => {
    const place = {
      firstVmid: given(500),
      privateGateway: given("10.50.0.1"),
      privateBridge: "vmbr5",
    };
    const made = await declare(() => new WebStack("shop", { ...args, ...place, appNodes: 1 }));
    assert.deepEqual(made.inputs("shop-site-power").vmids, [540, 501, 500]);
    assert.match(String(made.inputs("shop-site-network-filters").create), /10\.50\.0\.0\/24/);
  });

  it("gives its address once every target is healthy", async () => {
    let url = "";
    await declare(() => {
      new WebStack("shop", { ...args, listenerPort: 8080 }).url.apply((text) => (url = text));
    });
    assert.equal(url, "http://192.0.2.10:8080/");
  });

  for (const [what, changes, message] of [
    ["no app node", { appNodes: 0 }, /appNodes is 0; give 1 to 20/],
    ["no such profile", { profile: "fast" }, /profile is "fast"; choose/],
    ["no such driver", { storageDriver: given("btrfs") }, /storageDriver is "btrfs"; choose/],
  ] as const) {
    it(`is refused with ${what}`, async () => {
      assert.match(await refusalOf(() => new WebStack("shop", { ...args, ...changes })), message);
    });
  }

  it("has the schema of a Pulumi package that it had before", async () => {
    const dirname = resolve(__dirname, "../../../plugin");
    const provider = new ComponentProvider({ name: "homelab", components: [WebStack], dirname });
    const schema = JSON.parse(await provider.getSchema()) as unknown;
    assert.deepEqual(schema, JSON.parse(readFileSync(GOLDEN, "utf8")));
  });
});
