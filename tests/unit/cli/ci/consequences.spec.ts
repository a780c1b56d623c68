import assert from "node:assert/strict";
import { consequencesOf } from "../../../../cli/ci/consequences";
import { readEvents } from "../../../../cli/ci/steps";
import { script, writeFileCommand } from "../../../../lib/shell/quote";
import { COMPONENTS, eventLog, type ToldStep, TYPES } from "../../../support/previewEvents";

const of = (kind: keyof typeof COMPONENTS, name: string) =>
  [COMPONENTS[kind], name] as [string, string];
const ct = (name: string, kind: keyof typeof COMPONENTS, op: string): ToldStep => ({
  ...{ op, type: TYPES.ct, name: `${name}-ct`, inside: of(kind, name) },
  ...(op !== "create" && { old: {} }),
  ...(op !== "delete" && { new: {} }),
});
const inApp = (name: string, op: string, type: string, ending: string): ToldStep => ({
  ...{ op, type, name: `${name}-${ending}`, inside: of("app", name), old: {}, new: {} },
});
const find = (...steps: ToldStep[]) => consequencesOf(readEvents(eventLog(steps)));
const other = ct("app9", "app", "same");

describe("what a change means for traffic", () => {
  it("promises no loss for a node that is drained before", () => {
    const drain = inApp("app2", "update", TYPES.drain, "drain");
    const drained = "drained first, 0 requests lost expected";
    assert.deepEqual(find(other, drain, ct("app2", "app", "replace")).traffic, [
      `app2 is rebuilt: ${drained}`,
    ]);
    const same = ct("app2", "app", "same");
    const host = inApp("app2", "update", TYPES.host, "host");
    assert.match(find(other, same, drain, host).traffic[0]!, /app2 is restarted .*drained first/);
    const docker = inApp("app2", "update", TYPES.command, "docker");
    assert.match(find(other, same, drain, docker).traffic[0]!, /Docker restarted: drained first/);
    const web = inApp("app2", "replace", TYPES.container, "web");
    assert.match(find(other, same, drain, web).traffic[0]!, /new container .*: drained first/);
  });

  it("says that requests are lost where the node is not drained", () => {
    const web = inApp("app2", "replace", TYPES.container, "web");
    const same = ct("app2", "app", "same");
    assert.match(find(other, same, web).traffic[0]!, /REQUESTS LOST/);
    // An attachment goes before the container of its target, but not before the CT is restarted.
    const attachment = inApp("app2", "replace", TYPES.attachment, "target");
    assert.match(find(other, same, web, attachment).traffic[0]!, /drained first/);
    const host = inApp("app2", "update", TYPES.host, "host");
    assert.match(find(other, same, web, host, attachment).traffic[0]!, /REQUESTS LOST/);
  });

  it("calls a change of the only target an outage", () => {
    const drain = inApp("app2", "update", TYPES.drain, "drain");
    assert.match(find(ct("app2", "app", "replace"), drain).traffic[0]!, /OUTAGE/);
    assert.match(find(ct("app2", "app", "delete")).traffic[0]!, /OUTAGE/);
    const joins = find(ct("app2", "app", "replace"), ct("app3", "app", "create")).traffic;
    assert.match(joins[0]!, /OUTAGE/, "a node that is only now made does not serve yet");
  });

  it("names new and removed nodes", () => {
    assert.match(find(other, ct("app3", "app", "create")).traffic[0]!, /app3 is new/);
    assert.match(
      find(other, ct("app8", "app", "same"), ct("app3", "app", "delete")).traffic[0]!,
      /app3 is removed: drained first/,
    );
  });

  it("tells a reload of the load balancer from its rebuild", () => {
    const copy = (op: string): ToldStep => ({
      ...{
        op,
        type: TYPES.copy,
        name: "lb-config",
        inside: of("balancer", "lb"),
        old: {},
        new: {},
      },
    });
    const same = ct("lb", "balancer", "same");
    assert.match(find(same, copy("replace")).traffic[0]!, /reloads .* 0 requests lost/);
    assert.match(find(ct("lb", "balancer", "replace"), copy("replace")).traffic[0]!, /OUTAGE/);
    assert.deepEqual(find(same, copy("same")).traffic, []);
  });
});

describe("what a change means for data", () => {
  const config = (old: string, now: string): ToldStep => ({
    ...{ op: "update", type: TYPES.command, name: "db-config", inside: of("database", "db") },
    ...{ old: { create: old }, new: { create: now } },
  });
  const file = (path: string, text: string) => script(writeFileCommand({ path, text }));

  it("is a loss when the database's CT is replaced or deleted", () => {
    for (const [op, verb] of [
      ["replace", "replaces"],
      ["delete-replaced", "replaces"],
      ["delete", "deletes"],
    ] as const) {
      assert.deepEqual(find(ct("db", "database", op)).dataLoss, [`${verb} db: DATA LOSS`]);
    }
    assert.deepEqual(find(ct("db", "database", "update")).dataLoss, []);
    assert.deepEqual(find(ct("app1", "app", "replace")).dataLoss, []);
  });

  it("is none when the CT's build restores the dump", () => {
    const restore: ToldStep = {
      ...{ op: "create", type: TYPES.command, name: "db-restore", inside: of("database", "db") },
      new: { create: "restore" },
    };
    const found = find(ct("db", "database", "replace"), restore);
    assert.deepEqual(found.dataLoss, []);
    assert.match(found.data[0]!, /comes back from the dump/);
  });

  it("names another database, which is empty", () => {
    const make = (name: string) => `SELECT 'CREATE DATABASE ${name} OWNER app'`;
    const found = find(ct("db", "database", "same"), config(make("app"), make("shop")));
    assert.match(found.data[0]!, /"shop", which is empty; "app" stays/);
  });

  it("tells a restart of PostgreSQL from a reload", () => {
    const hba = "/etc/postgresql/15/main/pg_hba.conf";
    const conf = "/etc/postgresql/15/main/conf.d/homelab.conf";
    const same = ct("db", "database", "same");
    assert.match(find(same, config(file(conf, "a"), file(conf, "b"))).traffic[0]!, /restarted/);
    assert.match(
      find(same, config(file(hba, "a"), file(hba, "b"))).traffic[0]!,
      /no connection is cut/,
    );
  });
});
