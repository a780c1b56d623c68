import assert from "node:assert/strict";
import { dockerContainers } from "../../../policy/policies/dockerContainers";
import { policyResource, resourceViolations, UNKNOWN_STRING } from "../../support/policyArgs";

const check = (props: object, config?: object) =>
  resourceViolations(
    dockerContainers,
    [
      policyResource({
        type: "docker:index/container:Container",
        name: "web",
        props: { ...props },
      }),
    ],
    config,
  );

describe("docker-container-confined", () => {
  it("accepts a container with folders of its own", async () => {
    const volumes = [{ hostPath: "/etc/homelab/web", containerPath: "/run/secrets" }];
    assert.deepEqual(await check({ volumes, capabilities: { drops: ["ALL"] } }), []);
  });

  it("names container, observation and remedy", async () => {
    const [violation, ...others] = await check({ networkMode: "host", envs: ["KEY=hunter2"] });
    assert.equal(
      violation?.message,
      'Docker container "web": shares the network namespace, got "host"; take networkMode out',
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
    const props = { volumes: [{ hostPath: "/etc" }], capabilities: { adds: ["CAP_CHOWN"] } };
    assert.equal((await check(props)).length, 2);
    assert.deepEqual(await check(props, { hostPaths: ["/etc"], capabilities: ["CHOWN"] }), []);
  });

  it("concludes nothing from what is not known yet", async () => {
    assert.deepEqual(await check({ networkMode: UNKNOWN_STRING, volumes: UNKNOWN_STRING }), []);
  });
});
