import assert from "node:assert/strict";
import { dockerContainers } from "../../../policy/policies/dockerContainers";
import { policyResource, resourceViolations, UNKNOWN_STRING } from "../../support/policyArgs";

/** A container that has all guards. */
const CONFINED = {
  user: "10001",
  readOnly: true,
  capabilities: { drops: ["ALL"] },
  securityOpts: ["no-new-privileges"],
  memory: 128,
};

const check = (props: object, config?: object) =>
  resourceViolations(
    dockerContainers,
    [
      policyResource({
        type: "docker:index/container:Container",
        name: "web",
        props: { ...CONFINED, ...props },
      }),
    ],
    config,
  );

describe("docker-container-confined", () => {
  it("accepts a container with folders of its own", async () => {
    const volumes = [
      { hostPath: "/etc/homelab/web", containerPath: "/run/secrets", readOnly: true },
    ];
    assert.deepEqual(await check({ volumes }), []);
  });

  it("names container, observation and remedy", async () => {
    const [violation, ...others] = await check({ networkMode: "host", envs: ["KEY=hunter2"] });
    assert.equal(
      violation?.message,
      'Docker container "web": shares a network namespace that is not its own, got "host"; take networkMode out',
    );
    assert.deepEqual(others, []);
  });

  for (const hostPath of [
    "/",
    "/run",
    "/var/run/docker.sock",
    "/var/lib/docker/volumes",
    "/etc/",
  ]) {
    it(`refuses ${hostPath}`, async () => {
      assert.equal((await check({ volumes: [{ hostPath }] })).length, 1);
    });
  }

  it("allows what its configuration lists", async () => {
    const capabilities = { adds: ["CAP_CHOWN"], drops: ["ALL"] };
    const props = { volumes: [{ hostPath: "/etc", readOnly: true }], capabilities };
    assert.equal((await check(props)).length, 2);
    assert.deepEqual(await check(props, { hostPaths: ["/etc"], capabilities: ["CHOWN"] }), []);
  });

  for (const key of Object.keys(CONFINED)) {
    it(`refuses one without ${key}, unless its configuration says so`, async () => {
      assert.equal((await check({ [key]: undefined })).length, 1);
      assert.deepEqual(await check({ [key]: undefined }, { hardened: false }), []);
    });
  }

  for (const props of [
    { devices: [{ hostPath: "/dev/sda" }] },
    { mounts: [{ type: "bind", source: "/proc", target: "/p", readOnly: true }] },
    { volumes: [{ fromContainer: "other" }] },
    { volumes: [{ hostPath: "/etc/homelab/web/../..", containerPath: "/e", readOnly: true }] },
    { uploads: [{ file: "/x", content: "y" }] },
    { securityOpts: ["no-new-privileges", "seccomp=unconfined"] },
    { securityOpts: ["no-new-privileges", "apparmor=unconfined"] },
    { deviceCgroupRules: ["a *:* rwm"] },
    { gpus: "all" },
    { sysctls: { "net.ipv4.ip_forward": "1" } },
    { cgroupParent: "/" },
    { cgroupnsMode: "host" },
    { networksAdvanced: [{ name: "host" }] },
    { networkMode: "container:other" },
    { user: "0:0" },
    { runtime: "sysbox" },
    { logDriver: "syslog" },
    { hosts: [{ host: "db", ip: "203.0.113.9" }] },
    { tmpfs: { "/tmp": "exec,suid" } },
    { notYetInvented: true },
  ]) {
    it(`refuses ${JSON.stringify(props)}`, async () => {
      assert.notEqual((await check(props)).length, 0);
    });
  }

  it("concludes nothing from what is not known yet", async () => {
    assert.deepEqual(await check({ networkMode: UNKNOWN_STRING, volumes: UNKNOWN_STRING }), []);
  });
});
