import assert from "node:assert/strict";
import { renderConfig } from "../../../lib/haproxy/haproxyConfig";
import { isFallback } from "../../../policy/script/failOpen";
import { parseHaproxy } from "../../../policy/script/haproxy";

/** Whether the unchecked backend is a fallback when this rule leads to it. */
function fallback(rule: string): boolean {
  const text = `frontend http
  ${rule}
  default_backend app
backend app
  server app1 10.0.0.1:80
backend open
  server app1 10.0.0.1:80
`;
  const sections = parseHaproxy(text);
  return isFallback(
    sections.find(({ name }) => name === "open")!,
    sections,
    () => true,
  );
}

describe("an unchecked backend is a fallback", () => {
  it("where a rule leads to it while no checked server is usable, narrowed or not", () => {
    for (const condition of [
      "if { nbsrv(app) eq 0 }",
      "if { nbsrv(app) lt 1 }",
      "if { nbsrv(app) eq 0 } { var(txn.group) -m str app }",
      "if { path /x } { nbsrv(app) eq 0 }",
    ]) {
      assert.equal(fallback(`use_backend open ${condition}`), true, condition);
    }
  });

  it("and not where something else may lead there", () => {
    for (const condition of [
      "",
      "if { path /x }",
      "if !{ nbsrv(app) eq 0 }",
      "if ! { nbsrv(app) eq 0 }",
      "unless { nbsrv(app) eq 0 }",
      "unless { path /x } { nbsrv(app) eq 0 }",
      "if { nbsrv(app) eq 0 } or { path /x }",
      "if { path /x } || { nbsrv(app) eq 0 }",
      "if { nbsrv(app) lt 2 }",
      "if { nbsrv(open) eq 0 }",
    ]) {
      assert.equal(fallback(`use_backend open ${condition}`), false, condition);
    }
  });

  it("in what is rendered for more than one target group", () => {
    const target = { name: "app1", address: "10.10.10.11", port: 3000 };
    const sections = parseHaproxy(
      renderConfig({
        ...{ listenerPort: 80, statsAddress: "172.20.0.10", statsPort: 8404 },
        ...{ profile: "tuned", targets: [target] },
        targetGroups: [{ name: "blue", targets: [target] }],
        listeners: [
          {
            port: 80,
            protocol: "HTTP",
            defaultAction: {
              type: "forward",
              targetGroups: [{ name: "app" }, { name: "blue", weight: 2 }],
            },
          },
        ],
      }),
    );
    const isOne = (name: string) =>
      isFallback(
        sections.find((one) => one.name === name)!,
        sections,
        ({ name: other }) => ["app", "blue"].includes(other),
      );
    assert.deepEqual(
      [isOne("app-fail-open"), isOne("blue-fail-open"), isOne("blue")],
      [true, true, false],
    );
  });
});
