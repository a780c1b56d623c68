import assert from "node:assert/strict";
import { type DbTunnel, dbTunnel } from "../support/dbTunnel";
import { labClone } from "../support/labClone";

const address = "10.10.10.50";

const inDb = async (...words: string[]) =>
  (await labClone().ok(["exec", "db", "--", ...words])).stdout;

/** Whether a TCP connection to the database's port opens within 3 s. */
async function opens(from: string): Promise<boolean> {
  const script = `timeout 3 bash -c '< /dev/tcp/${address}/5432' 2> /dev/null && echo open || echo closed`;
  const { stdout } = await labClone().ok(["exec", from, "--", "bash", "-c", script]);
  assert.match(stdout, /^(open|closed)\n$/, from);
  return stdout === "open\n";
}

describe("the database", function () {
  it("listens on its private address only", async function () {
    const listening = await inDb("ss", "-Hltn");
    const places = listening.split("\n").map((line) => line.trim().split(/\s+/)[3] ?? "");
    assert.deepEqual(
      places.filter((place) => place.endsWith(":5432")),
      [`${address}:5432`],
    );
  });

  it("has exactly the app nodes in pg_hba.conf, with TLS and scram, as the server reads it", async function () {
    const text = await inDb("cat", "/etc/postgresql/15/main/pg_hba.conf");
    const rules = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    assert.deepEqual(rules, [
      "local all postgres peer",
      "hostssl app app 10.10.10.11/32 scram-sha-256",
      "hostssl app app 10.10.10.12/32 scram-sha-256",
      "hostssl app app 10.10.10.13/32 scram-sha-256",
    ]);
    const asked =
      "SELECT concat_ws(' ', type, array_to_string(database, ','), array_to_string(user_name, ','), " +
      "address, netmask, auth_method, error) FROM pg_hba_file_rules ORDER BY line_number";
    const read = await inDb("runuser", "-u", "postgres", "--", "psql", "-qAtc", asked);
    const mask = "255.255.255.255 scram-sha-256";
    assert.deepEqual(read.trim().split("\n"), [
      "local all postgres peer",
      ...["11", "12", "13"].map((host) => `hostssl app app 10.10.10.${host} ${mask}`),
    ]);
  });

  it("opens its port to app nodes", async function () {
    for (const name of ["app1", "app2", "app3"]) assert.equal(await opens(name), true, name);
  });

  for (const from of ["lb", "pve"]) {
    it(`refuses ${from} at its port`, async function () {
      assert.equal(await opens(from), false);
    });
  }

  describe("from an app node's address", function () {
    this.timeout("1m");
    let tunnel: DbTunnel;

    before(async () => (tunnel = await dbTunnel("app1", address)));
    after(() => tunnel[Symbol.asyncDispose]());

    it("lets the role in with TLS and its password", async function () {
      assert.equal(await tunnel.ask(), "app");
    });

    it("refuses a wrong password", async function () {
      await assert.rejects(tunnel.ask({ password: "wrong" }), {
        code: "28P01",
        message: 'password authentication failed for user "app"',
      });
    });

    it("refuses a connection without TLS", async function () {
      await assert.rejects(tunnel.ask({ tls: false }), {
        code: "28000",
        message:
          'no pg_hba.conf entry for host "10.10.10.11", user "app", database "app", no encryption',
      });
    });

    it("refuses another user, and another database", async function () {
      const entry = 'no pg_hba.conf entry for host "10.10.10.11"';
      await assert.rejects(tunnel.ask({ user: "postgres" }), {
        code: "28000",
        message: `${entry}, user "postgres", database "app", SSL encryption`,
      });
      await assert.rejects(tunnel.ask({ database: "postgres" }), {
        code: "28000",
        message: `${entry}, user "app", database "postgres", SSL encryption`,
      });
    });
  });
});
