import assert from "node:assert/strict";
import { configurePostgres } from "../../../lib/postgres/installPostgres";
import { databaseAccess } from "../../../policy/policies/databaseAccess";
import { stackViolations, UNKNOWN_STRING } from "../../support/policyArgs";
import { app, command, db, lb, privateBridge } from "../stack";

const check = (resources: Parameters<typeof stackViolations>[1], config?: object) =>
  stackViolations(databaseAccess, resources, config);

const stack = (script: unknown) => [
  privateBridge(),
  lb(),
  app(1),
  app(2),
  db(),
  command("10.10.10.50", script),
];
const hba = (...lines: string[]) =>
  stack(`cat > /etc/postgresql/15/main/pg_hba.conf <<'END'\n${lines.join("\n")}\nEND\n`);

const LOCAL = "local all postgres peer";
const APP1 = "hostssl app app 10.10.10.11/32 scram-sha-256";

describe("db-hba-app-nodes-only", () => {
  it("accepts what the program renders", async () => {
    const script = configurePostgres(
      {
        listenAddress: "10.10.10.50",
        port: 5432,
        memoryMiB: 640,
        certificateFile: "/etc/postgresql/15/main/server.crt",
        keyFile: "/etc/postgresql/15/main/server.key",
      },
      { database: "app", role: "app", clients: ["10.10.10.11/32", "10.10.10.12/32"] },
    );
    assert.deepEqual(await check(stack(script)), []);
  });

  it("accepts the app nodes in any spelling, and refusals of anybody", async () => {
    const spelled = 'hostssl "app"\tapp 10.10.10.12 255.255.255.255 scram-sha-256 # app2';
    assert.deepEqual(
      await check(hba("# access", LOCAL, APP1, spelled, "host all all all reject")),
      [],
    );
  });

  it("refuses another address, naming CT, line and remedy", async () => {
    const violations = await check(hba(LOCAL, APP1.replace(".11", ".10")));
    assert.deepEqual(
      violations.map(({ message }) => message),
      [
        'CT 150 "db": pg_hba.conf admits others than the app nodes, got ' +
          '"hostssl app app 10.10.10.10/32 scram-sha-256"; use their addresses: ' +
          "10.10.10.11/32, 10.10.10.12/32",
      ],
    );
  });

  const mutations: [string, string, RegExp][] = [
    ["everybody", "hostssl all all all scram-sha-256", /others than the app nodes/],
    ["the whole subnet", APP1.replace("/32", "/24"), /others than the app nodes/],
    ["the internet", APP1.replace("10.10.10.11/32", "0.0.0.0/0"), /others than the app nodes/],
    ["every IPv6 address", APP1.replace("10.10.10.11/32", "::/0"), /others than the app nodes/],
    ["a host by name", APP1.replace("10.10.10.11/32", "app1.lab"), /others than the app nodes/],
    ["the server's networks", APP1.replace("10.10.10.11/32", "samenet"), /others than the app/],
    ["clients without TLS", APP1.replace("hostssl", "host"), /without TLS/],
    ["clients that refuse TLS", APP1.replace("hostssl", "hostnossl"), /without TLS/],
    ["clients without a password", APP1.replace("scram-sha-256", "trust"), /safe password/],
    ["md5 passwords", APP1.replace("scram-sha-256", "md5"), /safe password/],
    ["a local user without proof", "local all all trust", /opens the local socket/],
    ["another file", "include more.conf", /not checked/],
  ];
  for (const [name, line, expected] of mutations) {
    it(`refuses ${name}`, async () => {
      const [violation, ...others] = await check(hba(LOCAL, APP1, line));
      assert.match(violation?.message ?? "", expected);
      assert.deepEqual(others, []);
    });
  }

  it("refuses a line that is appended later, in whatever order the commands are listed", async () => {
    const resources = hba(LOCAL, APP1);
    const append = "echo 'host all all 0.0.0.0/0 trust' >> /etc/postgresql/15/main/pg_hba.conf";
    const more = command("10.10.10.50", append, undefined, resources.slice(-1));
    assert.equal((await check([...resources, more])).length, 1);
    assert.equal((await check([more, ...resources])).length, 1);
  });

  it("refuses a database for which no pg_hba.conf is written", async () => {
    const [violation] = await check(stack("apt-get install -y postgresql"));
    assert.match(violation?.message ?? "", /^CT 150 "db": no pg_hba.conf/);
  });

  it("concludes nothing from a script that is not known yet", async () => {
    assert.deepEqual(await check(stack(UNKNOWN_STRING)), []);
  });

  it("accepts any single host while an app node's address is not known yet", async () => {
    const later = app(3, { interfaces: [["vmbr1", UNKNOWN_STRING]] });
    const line = APP1.replace(".11", ".77");
    assert.deepEqual(await check([...hba(LOCAL, line), later]), []);
    assert.equal((await check([...hba(LOCAL, line.replace("/32", "/24")), later])).length, 1);
  });

  it("never prints the options of a line, which may hold a password", async () => {
    const ldap = "hostssl all all 10.10.10.11/32 ldap ldapbindpasswd=hunter2";
    const [violation] = await check(hba(ldap));
    assert.match(violation?.message ?? "", /safe password/);
    assert.doesNotMatch(violation?.message ?? "", /hunter2/);
  });
});
