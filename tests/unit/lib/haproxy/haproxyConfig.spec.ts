import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stateWords } from "../../../../lib/haproxy/backends";
import { PROFILES } from "../../../../lib/haproxy/profiles";
import { PROFILE_NAMES, type ProfileName } from "../../../../lib/stack/settings";
import { renderConfig, usersText } from "../../../../lib/haproxy/haproxyConfig";

const config = {
  listenerPort: 80,
  statsAddress: "172.20.0.10",
  statsPort: 8404,
  targets: [
    { name: "app1", address: "10.10.10.11", port: 3000 },
    { name: "app2", address: "10.10.10.12", port: 3000 },
  ],
  profile: "tuned" as const,
};

describe("load balancer configuration", () => {
  const text = renderConfig(config);

  it("rotates over every target and says which one answered", () => {
    assert.match(text, /balance static-rr/);
    assert.match(text, /http-response set-header X-Backend %s/);
    const servers = ["app1 10.10.10.11:3000", "app2 10.10.10.12:3000"].map(
      (server) => `  server ${server} tcp-ut 2s`,
    );
    assert.deepEqual(text.match(/^ {2}server .*$/gm), [...servers, ...servers]);
  });

  it("sends requests to unchecked targets while none is healthy, and says so, as an ALB does", () => {
    const rule = "use_backend app-fail-open if { nbsrv(app) eq 0 }";
    const opens = (profile: ProfileName) => renderConfig({ ...config, profile }).includes(rule);
    assert.deepEqual(PROFILE_NAMES.filter(opens), ["tuned", "alb-default"]);
    const [main, open] = text.split("backend app-fail-open\n");
    assert.match(open!, /^ {2}http-response set-header X-Fail-Open true$/m);
    assert.match(open!, /^ {2}default-server maxconn 1000$/m);
    assert.match(main!, /^ {2}http-response del-header X-Fail-Open$/m);
  });

  it("takes a target out of both backends by hand", () => {
    assert.equal(
      stateWords("app2", "drain"),
      "set server app/app2 state drain; set server app-fail-open/app2 state drain",
    );
  });

  it("takes no target out for one lost connection alone", () => {
    assert.match(text, /observe layer4 error-limit 1 on-error sudden-death/);
    for (const { targetOptions } of Object.values(PROFILES)) {
      assert.doesNotMatch(targetOptions.join(" "), /mark-down/);
    }
  });

  it("says who asked, over what and under which id, whatever the client claims", () => {
    const [listener] = text.split("frontend http\n")[1]!.split("\nbackend ");
    assert.match(listener!, /^ {2}option forwardfor$/m);
    assert.match(listener!, /set-header X-Forwarded-Proto http$/m);
    assert.match(listener!, /set-header X-Forwarded-Port %\[dst_port\]$/m);
    assert.match(listener!, /set-header X-Amzn-Trace-Id "Root=%\[unique-id\]" unless /);
  });

  it("logs what httplog logs, and the trace id after it", () => {
    assert.match(text, /log-format ".* %ST %B %CC %CS %tsc %ac\/%fc\/%bc\/%sc\/%rc .* %ID"$/m);
  });

  it("checks health with the given path and figures", () => {
    assert.match(text, /http-check send meth GET uri \/healthz /);
    assert.match(text, /check inter 1000ms fastinter 250ms downinter 1000ms rise 2 fall 2 /);
    assert.match(text, /timeout check 500ms/);
    assert.match(text, /timeout server 60000ms/);
  });

  for (const profile of PROFILE_NAMES) {
    it(`is for profile ${profile} the text that was measured`, () => {
      const golden = readFileSync(join(__dirname, "golden", `${profile}.cfg`), "utf8");
      assert.equal(renderConfig({ ...config, profile }), golden);
    });
  }

  it("tries another target only where the profile says so", () => {
    assert.match(
      text,
      /option redispatch 1\n {2}retries 3\n {2}retry-on conn-failure empty-response$/m,
    );
    assert.match(text, /disable-l7-retry unless METH_GET/);
    for (const profile of ["plain", "alb-default"] as const) {
      const other = renderConfig({ ...config, profile });
      assert.match(other, /no option redispatch/);
      assert.doesNotMatch(other, /retry-on|observe/);
    }
  });

  it("sends no request to a second target because the first is slow", () => {
    for (const profile of PROFILE_NAMES) {
      assert.doesNotMatch(renderConfig({ ...config, profile }), /response-timeout/);
    }
  });

  it("never cuts answers that are on their way, nor starts targets slowly", () => {
    for (const { targetOptions } of Object.values(PROFILES)) {
      assert.doesNotMatch(targetOptions.join(" "), /shutdown-sessions|slowstart/);
    }
  });

  it("tells targets about each other's health, whatever a client says about it", () => {
    assert.match(
      text,
      /^ {2}http-request set-header X-Target-Health "app1=%\[srv_is_up\(app\/app1\)\], app2=%\[srv_is_up\(app\/app2\)\]"$/m,
    );
  });

  it("keeps every line within HAProxy's limit with the most targets", () => {
    const targets = Array.from({ length: 20 }, (_, i) => ({
      name: `app${i + 1}`,
      address: `10.10.10.${11 + i}`,
      port: 3000,
    }));
    const lines = renderConfig({ ...config, targets }).split("\n");
    assert.ok(Math.max(...lines.map((line) => line.length)) < 2048);
  });

  it("limits no client's rate", () => {
    assert.doesNotMatch(text, /stick-table|deny_status 429|reject if/);
  });

  it("shows the stats page on the LAN address only and keeps the password elsewhere", () => {
    assert.match(text, /bind 172\.20\.0\.10:8404/);
    const stats = text.split("frontend stats\n")[1]!;
    assert.match(stats, /auth realm stats unless \{ http_auth\(stats-users\) \}\n.*prometheus/);
    assert.doesNotMatch(text, /password/);
    assert.equal(
      usersText("admin", "pw"),
      "userlist stats-users\n  user admin insecure-password pw\n",
    );
  });
});
