import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { labPaths } from "../../../system/labPaths";
import { wishedOrigin } from "../../../toolchain";
import { originOf, partsOf } from "../../../toolchain/parts";
import { placesOf } from "../../../toolchain/places";
import { digestOf, writeStamp } from "../../../toolchain/stamps";

describe("parts of the toolchain", () => {
  let cache: string;
  beforeEach(() => (cache = mkdtempSync(join(tmpdir(), "t-toolchain-"))));
  afterEach(() => rmSync(cache, { recursive: true, force: true }));

  const setUp = () => {
    const places = placesOf({ ...labPaths(), cache });
    const [part] = partsOf(places);
    assert.ok(part);
    mkdirSync(dirname(part.file), { recursive: true });
    return { places, part };
  };

  it("are the CLI, the language host and one plugin for each provider package", () => {
    const names = partsOf(placesOf({ ...labPaths(), cache })).map(({ name }) => name);
    assert.deepEqual(names, ["pulumi", "pulumi-language-nodejs", "proxmoxve", "docker", "command"]);
  });

  it("lie where Pulumi looks for them", () => {
    const command = partsOf(placesOf({ ...labPaths(), cache })).at(-1);
    assert.equal(
      command?.file,
      join(cache, "pulumi", "plugins", "resource-command-v1.2.1", "pulumi-resource-command"),
    );
  });

  it("are missing until their file and their stamp are there", () => {
    const { places, part } = setUp();
    writeStamp(places.stamps, part.name, { origin: "built here", key: part.buildKey });
    assert.equal(originOf(places, part), undefined);
    writeFileSync(part.file, "");
    assert.equal(originOf(places, part), "built here");
  });

  it("are missing once their sources changed", () => {
    const { places, part } = setUp();
    writeFileSync(part.file, "");
    writeStamp(places.stamps, part.name, { origin: "built here", key: "of other sources" });
    assert.equal(originOf(places, part), undefined);
  });

  it("stay when they are official and only the sources for building changed", () => {
    const { places, part } = setUp();
    writeFileSync(part.file, "");
    writeStamp(places.stamps, part.name, { origin: "official", key: part.officialKey });
    assert.equal(originOf(places, { ...part, buildKey: "other" }), "official");
  });

  it("are made again when a stamp is damaged", () => {
    const { places, part } = setUp();
    writeFileSync(part.file, "");
    mkdirSync(places.stamps, { recursive: true });
    writeFileSync(join(places.stamps, part.name), "{");
    assert.equal(originOf(places, part), undefined);
  });

  it("have digests that see names and contents, and no Go tests", () => {
    const folder = join(cache, "sources");
    mkdirSync(folder);
    const digest = () => digestOf({ paths: [folder] });
    writeFileSync(join(folder, "a.go"), "1");
    const first = digest();
    writeFileSync(join(folder, "a_test.go"), "1");
    assert.equal(digest(), first);
    writeFileSync(join(folder, "a.go"), "2");
    assert.notEqual(digest(), first);
  });

  it("refuses sources that are not there", () => {
    assert.throws(() => digestOf({ paths: [join(cache, "nowhere")] }), /nowhere is missing/);
  });
});

describe("HOMELAB_TOOLCHAIN", () => {
  it("chooses where parts come from", () => {
    assert.equal(wishedOrigin(undefined), undefined);
    assert.equal(wishedOrigin("official"), "official");
    assert.equal(wishedOrigin("build"), "built here");
  });

  it("refuses other values", () => {
    assert.throws(() => wishedOrigin("yes"), {
      message: 'HOMELAB_TOOLCHAIN: unknown value, got "yes"; official or build',
    });
  });
});
