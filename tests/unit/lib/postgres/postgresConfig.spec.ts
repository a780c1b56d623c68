import assert from "node:assert/strict";
import { renderHba, renderSettings } from "../../../../lib/postgres/postgresConfig";
import { configurePostgres } from "../../../../lib/postgres/installPostgres";

const access = { database: "app", role: "app", clients: ["10.10.10.11/32", "10.10.10.12/32"] };
const settings = {
  listenAddress: "10.10.10.50",
  port: 5432,
  memoryMiB: 640,
  certificateFile: "/c.crt",
  keyFile: "/c.key",
};

describe("database configuration", () => {
  it("admits exactly the clients, with TLS and a password", () => {
    const lines = renderHba(access)
      .split("\n")
      .filter((l) => l && !l.startsWith("#"));
    assert.deepEqual(lines, [
      "local all postgres peer",
      "hostssl app app 10.10.10.11/32 scram-sha-256",
      "hostssl app app 10.10.10.12/32 scram-sha-256",
    ]);
  });

  it("listens on its private address and sizes its memory by the cap", () => {
    const text = renderSettings(settings);
    assert.match(text, /^listen_addresses = '10\.10\.10\.50'$/m);
    assert.match(text, /^shared_buffers = 128MB$/m);
    assert.match(text, /^ssl = on$/m);
    // The pools of twenty app nodes, four connections each, and some for administrators.
    assert.match(text, /^max_connections = 90$/m);
  });

  it("takes the password from standard input and shows it in no argument", () => {
    const text = configurePostgres(settings, access);
    assert.match(text, /read -r password/);
    assert.doesNotMatch(text, /runuser.*\$password/);
  });
});
