import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { configurePostgres } from "../../../../lib/postgres/installPostgres";
import { stubbedShell } from "../../../support/stubbedShell";

const CONFIG = "/etc/postgresql/15/main";
const settings = {
  listenAddress: "10.10.10.50",
  port: 5432,
  memoryMiB: 640,
  certificateFile: `${CONFIG}/server.crt`,
  keyFile: `${CONFIG}/server.key`,
};
const clients = (...hosts: number[]) => ({
  database: "app",
  role: "app",
  clients: hosts.map((host) => `10.10.10.${host}/32`),
});

/** A CT with PostgreSQL installed; its certificate is made by a stub, and valid until the test says other. */
function server() {
  const shell = stubbedShell([CONFIG]);
  for (const command of ["chown", "journalctl", "hostname"]) shell.stub(command);
  shell.stub("runuser", "cat > /dev/null");
  shell.stub("systemctl");
  shell.stub(
    "openssl",
    `case "$*" in
  *-checkip*) [ -e ${CONFIG}/server.crt ] && echo "does match certificate" ;;
  *-checkend*) [ ! -e ${CONFIG}/ends-soon ] ;;
  "req "*) touch ${CONFIG}/server.crt ${CONFIG}/server.key ;;
esac`,
  );
  const configure = (access = clients(11, 12), changes: Partial<typeof settings> = {}) => {
    const done = shell.run(configurePostgres({ ...settings, ...changes }, access), "password\n");
    const power = done.calls.flatMap(
      (call) => /^systemctl (restart|reload) /.exec(call)?.[1] ?? [],
    );
    return { ...done, power };
  };
  return { shell, configure, [Symbol.dispose]: () => shell[Symbol.dispose]() };
}

describe("configuring PostgreSQL, run", () => {
  it("starts it once, and does nothing when all is as it was", () => {
    using one = server();
    const first = one.configure();
    assert.deepEqual([first.code, first.power], [0, ["restart"]], first.stderr);
    assert.deepEqual(one.configure().power, []);
  });

  it("reads again who may connect, without cutting a connection", () => {
    using one = server();
    one.configure();
    const { power } = one.configure(clients(11, 12, 13));
    assert.deepEqual(power, ["reload"]);
    assert.match(one.shell.read(`${CONFIG}/pg_hba.conf`), /10\.10\.10\.13\/32/);
  });

  it("restarts it for other settings, and for a certificate that ends soon", () => {
    using one = server();
    one.configure();
    assert.deepEqual(one.configure(undefined, { memoryMiB: 1024 }).power, ["restart"]);
    one.shell.write(`${CONFIG}/ends-soon`, "");
    const { power, calls } = one.configure(undefined, { memoryMiB: 1024 });
    assert.deepEqual(power, ["restart"]);
    assert.ok(calls.some((call) => call.startsWith("openssl req ")));
  });

  it("puts in force what a run that was cut off had only written", () => {
    using one = server();
    one.configure();
    one.shell.stub("systemctl", '[ "$1" != reload ]');
    assert.notEqual(one.configure(clients(11, 12, 13)).code, 0);
    one.shell.stub("systemctl");
    assert.deepEqual(one.configure(clients(11, 12, 13)).power, ["restart"]);
    assert.deepEqual(one.configure(clients(11, 12, 13)).power, []);
    assert.ok(!existsSync(join(one.shell.root, CONFIG, "homelab-pending")));
  });

  it("says why a certificate cannot be made", () => {
    using one = server();
    one.shell.stub("openssl", 'echo "no entropy" >&2; exit 1');
    const { code, stderr } = one.configure();
    assert.notEqual(code, 0);
    assert.match(stderr, /certificate cannot be made: no entropy/);
  });
});
