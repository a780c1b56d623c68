import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { KEY_FILE_VARIABLE } from "../../../lib/stack/machineFiles";
import type { RecordedResource } from "../../support/recordingMocks";
import { recordResources } from "../../support/recordingMocks";
import { completeConfig } from "../../support/stackConfig";

const PROGRAM = resolve(__dirname, "../../../index");

describe("the program", () => {
  const folder = mkdtempSync(join(tmpdir(), "program-"));
  const key = join(folder, "id_ed25519");
  const context = join(folder, "image");
  let resources: RecordedResource[];

  before(async function () {
    this.timeout("1m"); // loading the program compiles it
    writeFileSync(key, "PRIVATE KEY");
    writeFileSync(`${key}.pub`, "ssh-ed25519 PUBLIC lab\n");
    mkdirSync(context);
    writeFileSync(join(context, "Dockerfile"), "FROM scratch\n");
    process.env.PROXMOX_VE_API_TOKEN ??= "lab@pve!test=secret";
    process.env[KEY_FILE_VARIABLE] = key;
    const config = completeConfig({ appImageContext: relative(process.cwd(), context) });
    const named = Object.fromEntries(Object.entries(config).map(([k, v]) => [`homelab:${k}`, v]));
    const recorded = await recordResources(named);
    // After the mocks, which what it imports must find.
    await (createRequire(__filename)(PROGRAM) as () => Promise<unknown>)();
    await recorded.settle();
    resources = recorded.resources;
  });

  after(() => rmSync(folder, { recursive: true }));

  const ofType = (end: string) => resources.filter((r) => r.type.endsWith(end));
  const named = (name: string) => {
    const found = resources.find((r) => r.name === name);
    assert.ok(found, name);
    return found.inputs;
  };

  it("looks at Proxmox before anything else, for all that it needs", () => {
    const custom = resources.filter(
      ({ type }) => !/^homelab:components:|StackReference$/.test(type),
    );
    assert.match(custom[0]?.type ?? "", /:Preflight$/);
    assert.deepEqual(named("site-preflight").needs, {
      nodeName: "pve1",
      storage: "local",
      template: "local:vztmpl/debian-12-standard_12.12-1_amd64.tar.zst",
      lanBridge: "vmbr0",
      privateBridge: "vmbr1",
      hostMemoryMiB: 896,
      cts: [
        { vmid: 110, hostname: "lb", memoryMiB: 256, diskGiB: 4 },
        { vmid: 111, hostname: "app1", memoryMiB: 512, diskGiB: 8 },
        { vmid: 112, hostname: "app2", memoryMiB: 512, diskGiB: 8 },
        { vmid: 113, hostname: "app3", memoryMiB: 512, diskGiB: 8 },
        { vmid: 150, hostname: "db", memoryMiB: 640, diskGiB: 10 },
      ],
    });
  });

  it("makes one bridge and five CTs with their caps", () => {
    assert.equal(ofType(":Bridge").length, 1);
    assert.deepEqual(
      ofType(":ContainerLegacy")
        .map((r) => [r.name, r.inputs.vmId, r.inputs.memory.dedicated, r.inputs.disk.size])
        .sort(),
      [
        ["app1-ct", 111, 512, 8],
        ["app2-ct", 112, 512, 8],
        ["app3-ct", 113, 512, 8],
        ["db-ct", 150, 640, 10],
        ["lb-ct", 110, 256, 4],
      ],
    );
  });

  it("puts only the load balancer into the LAN", () => {
    const bridges = ofType(":ContainerLegacy").map((r) => [
      r.name,
      r.inputs.networkInterfaces.map((nic: { bridge: string }) => nic.bridge).join(" "),
    ]);
    assert.deepEqual(Object.fromEntries(bridges), {
      "app1-ct": "vmbr1",
      "app2-ct": "vmbr1",
      "app3-ct": "vmbr1",
      "db-ct": "vmbr1",
      "lb-ct": "vmbr0 vmbr1",
    });
  });

  it("makes only the app nodes privileged, with the features and raw lines of their driver", () => {
    const privileged = ofType(":ContainerLegacy").filter((r) => !r.inputs.unprivileged);
    assert.deepEqual(privileged.map((r) => r.name).sort(), ["app1-ct", "app2-ct", "app3-ct"]);
    assert.equal(named("app1-host").features, "keyctl=1,nesting=1");
    assert.equal(named("app2-host").features, "fuse=1,keyctl=1,mknod=1,nesting=1");
    assert.deepEqual(named("db-host").rawLines, []);
  });

  it("gives each Docker its storage driver and runs the service with equal ports", () => {
    assert.match(named("app1-docker").create, /"storage-driver": "overlay2"/);
    assert.match(named("app3-docker").create, /"storage-driver": "fuse-overlayfs"/);
    const web = ofType(":Container").filter((r) => r.type.startsWith("docker:"));
    assert.equal(web.length, 3);
    for (const { inputs } of web) {
      assert.deepEqual(inputs.ports, [{ internal: 3000, external: 3000 }]);
      assert.equal(inputs.readOnly, true);
      assert.match(String(inputs.user), /^[1-9]\d*(:[1-9]\d*)?$/);
      assert.deepEqual(inputs.capabilities, { drops: ["ALL"] });
      assert.deepEqual(inputs.securityOpts, ["no-new-privileges"]);
      assert.ok(!JSON.stringify(inputs.envs).includes("secret-"), "password in the environment");
    }
  });

  it("reaches each Docker through the Proxmox node with both host keys pinned", () => {
    const provider = named("app2-engine");
    assert.equal(provider.host, "ssh://root@10.10.10.12:22");
    const options = String(provider.sshOpts);
    assert.match(options, /KEY-app2-host/);
    assert.match(options, /ProxyCommand=ssh .*StrictHostKeyChecking=yes.*127\.0\.0\.1/);
  });

  it("runs every command again in a CT made anew, and gives its script once", () => {
    const inCts = ofType(":Command").filter((r) => r.name !== "site-network-filters");
    assert.ok(inCts.length >= 14);
    for (const { name, inputs } of inCts) {
      assert.ok(String(inputs.triggers[0]).startsWith("inc-"), name);
      assert.ok(inputs.create && inputs.update === undefined, name);
      assert.ok(inputs.connection.hostKey && inputs.connection.proxy.hostKey, name);
    }
  });

  it("ships the rendered load balancer configuration as an asset", async () => {
    const source = named("lb-config").source as { text: Promise<string> };
    const text = await source.text;
    assert.match(text, /server app3 10\.10\.10\.13:3000/);
    assert.ok(!text.includes("secret-"));
  });

  it("takes each target out before its service is replaced, and checks it afterwards", () => {
    const attached = ofType(":TargetAttachment").map(({ inputs }) => inputs);
    assert.deepEqual(
      attached.map(({ target, cts, triggers }) => [target, cts.vmids, triggers]),
      [1, 2, 3].map((n) => [`app${n}`, [110 + n, 110], [`app${n}-web-id`, 0]]),
    );
  });

  it("drains a target before anything of its node changes, and makes new nodes side by side", () => {
    const found = (name: string) => resources.find((r) => r.name === name)!;
    assert.ok(found("app2-ct").dependencies.includes(found("app2-drain").urn));
    assert.deepEqual(found("app2-drain").dependencies, []);
  });

  it("sends passwords by standard input only", () => {
    for (const { name, inputs } of ofType(":Command")) {
      assert.ok(!String(inputs.create).includes("secret-"), name);
    }
    assert.match(JSON.stringify(named("db-config").stdin), /secret-db-password/);
  });
});
