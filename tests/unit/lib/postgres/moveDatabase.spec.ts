import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  allowWrites,
  countRows,
  restoreDatabase,
  saveDatabase,
  stopWrites,
} from "../../../../lib/postgres/moveDatabase";

/** A CT in a folder: `rows` is what its database holds, and a dump is a copy of it. */
const PCT = `#!/bin/bash
shift 3
echo "$*" >> "$LAB/calls"
case "$*" in
  *pg_dump*) cat "$LAB/rows" ;;
  *pg_restore*) [ -e "$LAB/broken" ] && { echo "relation does not fit" >&2; exit 1; }; cat > "$LAB/rows" ;;
  *psql*) cat > "$LAB/sql"; [ ! -e "$LAB/rows" ] || cat "$LAB/rows" ;;
  cat*) cat "$LAB/marker" ;;
  tee*) cat > "$LAB/marker" ;;
esac
`;
const ROWS = "public.visits|3|123\n";

describe("a database that moves into a new CT", function () {
  this.timeout(20_000);
  let lab: string;
  let file: string;
  beforeEach(() => {
    lab = mkdtempSync(join(tmpdir(), "database-"));
    file = join(lab, "dump", "one.pgdump");
    mkdirSync(join(lab, "bin"));
    writeFileSync(join(lab, "bin", "pct"), PCT);
    chmodSync(join(lab, "bin", "pct"), 0o755);
    writeFileSync(join(lab, "rows"), ROWS);
    assert.equal(run(saveDatabase(150, "app", file)).status, 0);
    rmSync(join(lab, "rows"));
    rmSync(join(lab, "calls"));
  });
  afterEach(() => rmSync(lab, { recursive: true }));

  const run = (script: string) => {
    const env = { ...process.env, LAB: lab, PATH: `${lab}/bin:${process.env.PATH}` };
    return spawnSync("bash", ["-c", script], { env, encoding: "utf8" });
  };
  const restore = () => run(restoreDatabase(150, "app", file));
  const restores = () => {
    const calls = join(lab, "calls");
    const text = existsSync(calls) ? readFileSync(calls, "utf8") : "";
    return text.split("\n").filter((line) => line.includes("pg_restore")).length;
  };

  it("is saved with its rows and a checksum", () => {
    assert.equal(readFileSync(`${file}.rows`, "utf8"), ROWS);
    assert.match(readFileSync(`${file}.sha256`, "utf8"), /^[0-9a-f]{64} /);
    assert.ok(!existsSync(`${file}.part`));
  });

  it("comes back, is compared, and is not restored a second time", () => {
    const { status, stdout, stderr } = restore();
    assert.equal(status, 0, stderr);
    assert.equal(stdout, ROWS);
    writeFileSync(join(lab, "rows"), "public.visits|9|999\n"); // life goes on
    assert.equal(restore().status, 0);
    assert.equal(restores(), 1);
    assert.match(readFileSync(join(lab, "rows"), "utf8"), /999/);
  });

  it("is not restored over tables that are there already", () => {
    writeFileSync(join(lab, "rows"), "public.visits|9|999\n");
    const { status, stderr } = restore();
    assert.equal(status, 1);
    assert.match(stderr, /not what was saved .*the dump stays in .*one\.pgdump/s);
    assert.match(stderr, /visits\|9\|999/);
    assert.equal(restores(), 0);
  });

  it("is completed where the restore had ended and only its mark was missing", () => {
    restore();
    rmSync(join(lab, "marker"));
    assert.equal(restore().status, 0);
    assert.equal(restores(), 1);
    assert.equal(readFileSync(join(lab, "marker"), "utf8").trim(), file);
  });

  it("fails with the place of the dump when the restore does", () => {
    writeFileSync(join(lab, "broken"), "");
    const { status, stderr } = restore();
    assert.equal(status, 1);
    assert.match(stderr, /pg_restore failed, and the dump stays in .*: relation does not fit/s);
    assert.ok(!existsSync(join(lab, "marker")));
  });

  it("is not taken from a dump that is damaged or gone", () => {
    writeFileSync(file, "other");
    assert.match(restore().stderr, /is damaged/);
    rmSync(file);
    assert.match(restore().stderr, /is not on the Proxmox node; put it back there/);
    assert.equal(restores(), 0);
  });

  it("is counted for people", () => {
    writeFileSync(join(lab, "rows"), "a|3|1\nb|4|1\nb_seq|sequence|9\n");
    assert.equal(run(countRows(150, "app")).stdout.split("\n")[0], "2 7");
  });

  it("is moved by scripts that bash understands", () => {
    for (const script of [stopWrites(150, "app"), allowWrites(150, "app")]) {
      const { status, stderr } = run(script);
      assert.equal(status, 0, stderr);
    }
    assert.match(readFileSync(join(lab, "sql"), "utf8"), /RESET default_transaction_read_only/);
  });
});
