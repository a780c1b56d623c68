import assert from "node:assert/strict";
import { copyFileSync, existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { KEY_FILE_VARIABLE } from "../../lib/stack/machineFiles";
import { mustEnd, Stranger } from "../support/stranger";

interface Declared {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
}

const CONFIG = {
  proxmoxEndpoint: "https://192.0.2.1:8006/",
  proxmoxNode: "pve1",
  template: "local:vztmpl/debian-12.tar.zst",
  sshHost: "192.0.2.1",
  sshPort: "22",
  sshHostKey: "ssh-ed25519 AAAA",
  lanCidr: "192.0.2.0/24",
  lanGateway: "192.0.2.254",
  blueLanAddress: "192.0.2.10",
  greenLanAddress: "192.0.2.20",
  nameserver: "192.0.2.254",
  databaseHost: "192.0.2.50",
  databasePort: "6432",
  databaseName: "app",
  databaseRole: "app",
  databasePassword: "database-password",
  databaseCertificate: "PEM",
};

describe("a program of somebody else, with the packed package", function () {
  this.timeout("5m"); // packs, installs, compiles
  let stranger: Stranger;
  let declared: Declared[];

  before(() => {
    stranger = new Stranger("two-groups");
    const key = join(stranger.root, "id_ed25519");
    writeFileSync(key, "PRIVATE KEY");
    writeFileSync(`${key}.pub`, "ssh-ed25519 PUBLIC\n");
    copyFileSync(
      resolve(__dirname, "../support/mockProgram.cjs"),
      join(stranger.root, "mockProgram.cjs"),
    );
    stranger.run("tsc", ["-p", ".", "--noEmit", "false", "--outDir", "out"]);
    stranger.run("homelab-image", [".image"]);
    const config = Object.entries(CONFIG).map(([key, value]) => [`two-groups:${key}`, value]);
    const printed = mustEnd(
      process.execPath,
      ["mockProgram.cjs", JSON.stringify(Object.fromEntries(config))],
      stranger.root,
      { [KEY_FILE_VARIABLE]: key, PROXMOX_VE_API_TOKEN: "lab@pve!test=secret" },
    );
    declared = JSON.parse(printed) as Declared[];
  });
  after(() => stranger[Symbol.dispose]());

  const ofType = (end: string) => declared.filter(({ type }) => type.endsWith(end));
  const named = (name: string) => {
    const found = declared.find((one) => one.name === name);
    assert.ok(found, name);
    return found.inputs;
  };

  it("gets compiled code and declarations, and no sources of ours", () => {
    const folder = join(stranger.root, "node_modules", "homelab");
    assert.ok(existsSync(join(folder, "dist/components/index.d.ts")));
    assert.ok(existsSync(join(folder, "dist/app/server.cjs")));
    for (const name of ["components", "lib", "index.ts", "tests", "cli"]) {
      assert.ok(!existsSync(join(folder, name)), name);
    }
  });

  it("makes a build context of the service without a compiler of ours", () => {
    assert.ok(existsSync(join(stranger.root, ".image/rootfs/app/server.cjs")));
  });

  it("declares two load balancers and two groups of app nodes, and no database", () => {
    assert.deepEqual(
      ofType(":ContainerLegacy")
        .map(({ name, inputs }) => [name, inputs.vmId])
        .sort(),
      [
        ["blue-1-ct", 301],
        ["blue-2-ct", 302],
        ["blue-lb-ct", 300],
        ["green-1-ct", 311],
        ["green-2-ct", 312],
        ["green-lb-ct", 310],
      ],
    );
    assert.equal(ofType(":Bridge").length, 1);
  });

  it("gives each load balancer its own targets and port", () => {
    const text = String(named("green-lb-config").source);
    assert.match(text, /bind :8080\n/);
    assert.match(text, /server green-1 10\.30\.0\.21:3000/);
    assert.doesNotMatch(text, /blue/);
    assert.match(text, /check inter 2000ms/);
  });

  it("lets each group's load balancer alone to its nodes", () => {
    const rules = JSON.stringify(named("green-1-firewall-state").rules);
    assert.match(rules, /"10\.30\.0\.20\/32"/);
    assert.doesNotMatch(rules, /10\.30\.0\.10\b/);
  });

  it("sends the services to the database that exists", () => {
    const services = ofType("docker:index/container:Container");
    assert.equal(services.length, 4);
    for (const { inputs } of services) {
      const envs = inputs.envs as string[];
      assert.ok(envs.includes("PGHOST=192.0.2.50") && envs.includes("PGPORT=6432"));
      assert.doesNotMatch(JSON.stringify(inputs), /database-password/);
    }
  });

  it("asks Proxmox for room for all of them, and guards the ports of all of them", () => {
    const { cts } = named("site-preflight").needs as { cts: unknown[] };
    assert.equal(cts.length, 6);
    assert.match(String(named("site-network-filters").create), /veth312i0/);
  });
});
