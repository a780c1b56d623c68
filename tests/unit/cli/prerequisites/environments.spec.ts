import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { hostname, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { ensurePrerequisites } from "../../../../cli/prerequisites";
import { checkMachine } from "../../../../cli/prerequisites/checks";
import type { Finding } from "../../../../cli/prerequisites/findings";
import type { LabPaths } from "../../../../system/labPaths";
import { engine, type FakeDocker, writeFakeDocker } from "../../../support/fakeDocker";

const info = {
  SecurityOptions: ["name=seccomp,profile=default"],
  Name: hostname(),
  CgroupVersion: "2",
  MemoryLimit: true,
};

/** A machine with one thing wrong, and what must be said of it. */
interface Broken {
  what: string;
  docker?: FakeDocker;
  env?: Record<string, string>;
  paths?: Partial<LabPaths>;
  umask?: number;
  level: Finding["level"];
  /** The line as a person reads it: what, why, remedy. */
  says: RegExp;
}

const running = (more: object): FakeDocker => ({ version: engine(), info: { ...info, ...more } });
const silent = (stderr: string): FakeDocker => ({ stderr });

const environments: Broken[] = [
  {
    what: "rootless Docker",
    docker: running({ SecurityOptions: ["name=rootless"] }),
    level: "error",
    says: /^Docker: 28\.5\.2 runs rootless \(.*loop devices.*\); .*docker context use default/,
  },
  {
    what: "remapped users",
    docker: running({ SecurityOptions: ["name=userns"] }),
    level: "error",
    says: /^Docker: .*userns-remap\) \(.*\); remove "userns-remap" from/,
  },
  {
    what: "a snap of Docker",
    docker: running({ DockerRootDir: "/var/snap/docker/common" }),
    level: "error",
    says: /^Docker: .*is a snap \(.*hidden folders.*\); sudo snap remove docker/,
  },
  {
    what: "Docker on another machine",
    docker: { version: engine(), info: { ...info, Name: "build" }, context: "ssh://build" },
    level: "error",
    says: /^Docker: .*another machine \(build, by ssh:\/\/build\) \(.*\); .*run \.\/lab there/,
  },
  {
    what: "Podman as docker",
    docker: { version: engine(), said: "podman version 5.2.2", info },
    level: "error",
    says: /^Docker: the `docker` command is Podman \(.*\); remove podman-docker/,
  },
  {
    what: "Docker of 2018",
    docker: { version: engine({ Version: "18.9.1" }), info },
    level: "error",
    says: /^Docker: 18\.9\.1 \(.*cgroups.*\); install Docker 20\.10 or newer/,
  },
  {
    what: "a socket that the user may not open",
    docker: silent("permission denied while trying to connect to the Docker daemon socket"),
    level: "error",
    says: /^Docker: user \S+ may not use its daemon \(.*\); sudo usermod -aG docker/,
  },
  {
    what: "a command that is newer than the daemon",
    docker: silent("Error response from daemon: client version 1.52 is too new. Maximum is 1.41"),
    level: "error",
    says: /^Docker: its command and its daemon are of different times .*unset DOCKER_API_VERSION/,
  },
  {
    what: "a DOCKER_HOST that nobody serves",
    docker: silent("Cannot connect to the Docker daemon at tcp://127.0.0.1:1"),
    env: { DOCKER_HOST: "tcp://127.0.0.1:1" },
    level: "error",
    says: /^Docker: nobody answers at DOCKER_HOST=tcp:\/\/127\.0\.0\.1:1 .*; unset DOCKER_HOST/,
  },
  {
    what: "a context that was removed",
    docker: silent('Failed to initialize: context "work": context not found: open meta.json'),
    level: "error",
    says: /^Docker: its context cannot be used .*; docker context use default/,
  },
  {
    what: "Windows containers",
    docker: running({ OSType: "windows" }),
    level: "error",
    says: /^Docker: .*Windows containers \(.*\); switch Docker Desktop/,
  },
  {
    what: "Docker Desktop",
    docker: running({ OperatingSystem: "Docker Desktop" }),
    level: "warning",
    says: /^Docker: .*Docker Desktop's \(.*\); use http:\/\/localhost:8080/,
  },
  {
    what: "a machine that does not forward",
    docker: running({ IPv4Forwarding: false }),
    level: "warning",
    says: /^Docker: .*does not forward IPv4 \(.*\); sudo sysctl -w net\.ipv4\.ip_forward=1/,
  },
  {
    what: "a kernel that limits no memory",
    docker: running({ CgroupVersion: "1", MemoryLimit: false }),
    level: "error",
    says: /^cgroups: version 1, .*does not limit memory \(.*\); add cgroup_enable=memory/,
  },
  {
    what: "a virtual machine whose clock stood still",
    docker: running({ SystemTime: "2026-01-01T00:00:00Z" }),
    level: "warning",
    says: /^clock: .*, Docker's says 2026-01-01 00:00 \(.*\); /,
  },
  {
    what: "a subnet that is none",
    docker: running({}),
    env: { HOMELAB_LAN: "8.8.8.0/24" },
    level: "error",
    says: /^LAN: "8\.8\.8\.0\/24" is no private subnet.* \(CTs need addresses.*\); give it as/,
  },
  {
    what: "a proxy that is down",
    env: { http_proxy: "http://user:secret@127.0.0.1:1" },
    level: "warning",
    says: /^http_proxy: http:\/\/…@127\.0\.0\.1:1 does not answer \(.*\); start it, or unset http_proxy/,
  },
  {
    what: "a SOCKS proxy",
    env: { HTTPS_PROXY: "socks5h://127.0.0.1:1080" },
    level: "warning",
    says: /^https_proxy: socks5h:\S+ is a socks5h proxy \(.*\); name an HTTP proxy/,
  },
  {
    what: "a proxy whose address is none",
    env: { https_proxy: "http://" },
    level: "warning",
    says: /^https_proxy: http:\/\/ is no address \(.*\); give http:\/\/host:port/,
  },
  {
    what: "a cache that cannot be written",
    paths: { cache: "/proc/homelab" },
    level: "error",
    says: /^cache: you cannot write to it, got \/proc\/homelab \(.*\); sudo chown -R/,
  },
  {
    what: "a cache without an absolute path",
    paths: { cache: "cache/homelab" },
    level: "error",
    says: /^cache: its path is not absolute, got cache\/homelab \(.*\); set HOMELAB_CACHE/,
  },
  {
    what: "a checkout below too many folders",
    paths: { root: `/${"deep/".repeat(250)}` },
    level: "error",
    says: /^checkout: its path is too long, .*; move the checkout/,
  },
  {
    what: "a umask that shuts out its own user",
    umask: 0o277,
    level: "error",
    says: /^umask: 0277 \(.*\); umask 022/,
  },
];

const line = ({ subject, found, why, remedy }: Finding) =>
  `${subject}: ${found}${why ? ` (${why})` : ""}; ${remedy}`;

describe("a machine with", function () {
  this.timeout("30s");
  const outer = { ...process.env };
  const umask = process.umask();
  let folder: string;
  let paths: LabPaths;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "homelab-machine-"));
    for (const name of ["bin", "lab", "cache"]) mkdirSync(join(folder, name));
    const root = join(folder, "lab");
    paths = { root, id: "lab-0f0f0f", state: join(root, ".lab"), cache: join(folder, "cache") };
    for (const name of ["DOCKER_HOST", "http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"])
      delete process.env[name];
  });
  afterEach(() => {
    process.umask(umask);
    for (const name of Object.keys(process.env)) if (!(name in outer)) delete process.env[name];
    Object.assign(process.env, outer);
    rmSync(folder, { recursive: true });
  });

  function enter({ docker = running({}), env = {}, umask }: Partial<Broken>): void {
    writeFakeDocker(join(folder, "bin"), docker);
    Object.assign(process.env, { PATH: [join(folder, "bin"), outer.PATH].join(delimiter), ...env });
    if (umask !== undefined) process.umask(umask);
  }

  it("nothing wrong is told so", async () => {
    enter({});
    const subjects = new Map((await checkMachine(paths)).map((one) => [one.subject, one.level]));
    for (const subject of [
      "checkout",
      "cache",
      "umask",
      "Docker",
      "cgroups",
      "LAN",
      "ports",
      "clock",
    ])
      assert.equal(subjects.get(subject), "ok", subject);
  });

  for (const broken of environments)
    it(`${broken.what} is told what, why and what to do`, async () => {
      enter(broken);
      const began = Date.now();
      const findings = await checkMachine({ ...paths, ...broken.paths });
      const seconds = (Date.now() - began) / 1000;
      process.umask(umask);
      const lines = findings.filter(({ level }) => level === broken.level).map(line);
      assert.ok(
        lines.some((one) => broken.says.test(one)),
        `not among:\n${lines.join("\n")}`,
      );
      assert.ok(seconds < 10, `${seconds} s`);
    });

  it("an error is refused by `up` in the words of `doctor`, before anything is made", async () => {
    enter({ docker: running({ SecurityOptions: ["name=rootless"] }) });
    const progress = {
      step: () => Promise.reject(new Error("work began")),
      info: () => undefined,
      warn: () => undefined,
    };
    const findings = await checkMachine(paths);
    const told = findings.filter(({ level }) => level === "error").map((one) => `  ✗ ${line(one)}`);
    await assert.rejects(ensurePrerequisites(paths, progress, true), {
      message: `prerequisites:\n${told.join("\n")}`,
    });
  });

  for (const [what, made, says] of [
    ["a copied .lab", true, /^checkout: its \.lab was copied from \S+ \(.*\); \.\/lab reset here/],
    ["a moved checkout", false, /^checkout: it was moved here from \S+ \(.*\); move it back, or/],
  ] as const)
    it(`${what} is told whose lab that is`, async () => {
      enter({});
      const other = join(folder, "other");
      if (made) mkdirSync(join(other, "lab"), { recursive: true });
      mkdirSync(paths.state);
      const state = (checkout: string) =>
        writeFileSync(join(paths.state, "state.json"), JSON.stringify({ checkout }));
      state(other);
      const errors = async () =>
        (await checkMachine(paths)).filter(({ level }) => level === "error").map(line);
      assert.match((await errors()).join("\n"), says);
      state(paths.root);
      assert.deepEqual(await errors(), []);
    });

  it("a proxy that answers is content", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((done) => server.once("listening", done));
    const { port } = server.address() as { port: number };
    try {
      enter({ env: { http_proxy: `127.0.0.1:${port}` } });
      const findings = await checkMachine(paths);
      const proxy = findings.filter(({ subject }) => /prox/.test(subject)).map(line);
      // Its address is read with and without a scheme; CTs cannot reach this machine's loopback.
      assert.match(proxy.join("\n"), /^http_proxy: it is on this machine's loopback/);
    } finally {
      server.close();
    }
  });
});
