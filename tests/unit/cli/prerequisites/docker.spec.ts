import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { askDocker, type DockerAnswer } from "../../../../cli/prerequisites/docker";
import { engine, type FakeDocker, writeFakeDocker } from "../../../support/fakeDocker";
import { judgeDocker } from "../../../../cli/prerequisites/judgeDocker";

const machine = { family: "fedora", host: "laptop", user: "me" } as const;

const local = { SecurityOptions: ["name=seccomp,profile=default"], Name: "laptop" };

describe("Docker", () => {
  let folder: string;
  const { PATH, DOCKER_HOST } = process.env;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "homelab-docker-"));
    delete process.env.DOCKER_HOST;
  });
  afterEach(() => {
    process.env.PATH = PATH;
    if (DOCKER_HOST === undefined) delete process.env.DOCKER_HOST;
    else process.env.DOCKER_HOST = DOCKER_HOST;
    rmSync(folder, { recursive: true });
  });

  function ask(fake: FakeDocker): Promise<DockerAnswer> {
    writeFakeDocker(folder, fake);
    process.env.PATH = [folder, PATH].join(delimiter);
    return askDocker();
  }
  const judged = async (fake: FakeDocker) => judgeDocker(await ask(fake), machine);

  it("of the system is taken", async () => {
    const finding = await judged({ version: engine(), info: local });
    assert.deepEqual(finding, { subject: "Docker", level: "ok", found: "28.5.2", remedy: "" });
  });

  it("that runs rootless is refused before anything is built", async () => {
    const info = { ...local, SecurityOptions: ["name=seccomp,profile=builtin", "name=rootless"] };
    const finding = await judged({ version: engine(), info });
    assert.equal(finding.level, "error");
    assert.match(finding.found, /runs rootless/);
    assert.match(finding.remedy, /docker context use default/);
  });

  it("that remaps users is refused", async () => {
    const info = { ...local, SecurityOptions: ["name=userns"] };
    const finding = await judged({ version: engine(), info });
    assert.equal(finding.level, "error");
    assert.match(finding.remedy, /userns-remap/);
  });

  it("that is Podman is named so, by its command, its form or its socket", async () => {
    const client = { Client: { Version: "4.3.1", OsArch: "linux/amd64" } };
    for (const fake of [
      { version: client, said: "podman version 4.3.1" },
      { version: client },
      { version: engine({ Components: [{ Name: "Podman Engine" }] }), info: local },
    ]) {
      const finding = await judged(fake);
      assert.equal(finding.found, "the `docker` command is Podman");
      assert.match(finding.remedy, /sudo dnf install moby-engine/);
    }
  });

  it("of another machine is refused, one of this machine by TCP is not", async () => {
    process.env.DOCKER_HOST = "tcp://build.example:2376";
    const far = await judged({ version: engine(), info: { ...local, Name: "build" } });
    assert.match(far.found, /runs on another machine \(build, by tcp:\/\/build\.example:2376\)/);
    process.env.DOCKER_HOST = "tcp://127.0.0.1:2375";
    assert.equal((await judged({ version: engine(), info: local })).level, "ok");
  });

  it("that is a snap is refused", async () => {
    const info = { ...local, DockerRootDir: "/var/snap/docker/common/var-lib-docker" };
    const finding = await judged({ version: engine(), info });
    assert.equal(finding.level, "error");
    assert.match(finding.remedy, /sudo snap remove docker/);
  });

  it("that is too old is refused", async () => {
    const finding = await judged({ version: engine({ Version: "18.9.1" }), info: local });
    assert.equal(finding.remedy, "install Docker 20.10 or newer");
  });

  it("that this user may not use says how to get into the group", async () => {
    const finding = await judged({
      stderr: "permission denied while trying to connect to the Docker daemon socket",
    });
    assert.equal(finding.remedy, "sudo usermod -aG docker me, then log out and in again");
  });

  it("whose daemon does not run says how to start it", async () => {
    const finding = await judged({ stderr: "Cannot connect to the Docker daemon" });
    assert.equal(finding.remedy, "sudo systemctl enable --now docker");
  });

  it("that is missing has this distribution's package", () => {
    const remedy = (family: "debian" | "arch") =>
      judgeDocker({ kind: "missing" }, { ...machine, family }).remedy;
    assert.match(remedy("debian"), /^sudo apt-get install docker\.io/);
    assert.match(
      remedy("arch"),
      /^sudo pacman -S docker, then sudo systemctl enable --now docker$/,
    );
  });
});
