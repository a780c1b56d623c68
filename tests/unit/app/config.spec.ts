import assert from "node:assert/strict";
import { readConfig } from "../../../app/config";

const database = {
  PGHOST: "10.10.10.50",
  PGPASSWORD_FILE: "/run/password",
  PGSSLROOTCERT: "/run/server.crt",
};

describe("the service's configuration", () => {
  it("runs without a database on port 3000 when nothing is set but the node", () => {
    assert.deepEqual(readConfig({ NODE_NAME: "app1", STORAGE_DRIVER: "overlay2" }), {
      port: 3000,
      node: "app1",
      storageDriver: "overlay2",
      faultFolder: "/run/secrets",
      database: undefined,
    });
  });

  it("takes the database's place from the PG variables", () => {
    const env = { ...database, NODE_NAME: "app1", PGPORT: "5433", PGDATABASE: "shop", PGUSER: "s" };
    assert.deepEqual(readConfig(env).database, {
      host: "10.10.10.50",
      port: 5433,
      name: "shop",
      user: "s",
      passwordFile: "/run/password",
      rootCertFile: "/run/server.crt",
    });
  });

  for (const port of ["http", "-1", "65536", "30 00", "0x10"]) {
    it(`refuses the port ${JSON.stringify(port)}`, () => {
      assert.throws(() => readConfig({ PORT: port }), {
        message: `PORT: not a port number, got ${JSON.stringify(port)}; allowed are 0 to 65535`,
      });
    });
  }

  it("refuses a database whose server cannot be verified", () => {
    assert.throws(() => readConfig({ ...database, PGSSLROOTCERT: undefined }), {
      message:
        "PGSSLROOTCERT: must be set when PGHOST is, got nothing; " +
        "give the path of the server's certificate or its CA",
    });
  });

  it("refuses a database without a password file", () => {
    assert.throws(
      () => readConfig({ ...database, PGPASSWORD_FILE: "" }),
      /^Error: PGPASSWORD_FILE/,
    );
  });
});
