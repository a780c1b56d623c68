/** What a call of `pvesh` or `pveum` asks of the API. */
export interface ApiCall {
  method: "GET" | "POST" | "PUT" | "DELETE";
  path: string;
  /** In the order given; a name may come several times. */
  params: [string, string][];
  /** The answer as JSON, instead of for people. */
  json: boolean;
}

/** A call that cannot be understood. */
export class CommandLineError extends Error {}

const METHODS: Record<string, ApiCall["method"]> = {
  get: "GET",
  ls: "GET",
  create: "POST",
  set: "PUT",
  delete: "DELETE",
};

/** `pvesh get|create|set|delete PATH [--name value]…`, as in pvesh(1). */
export function pveshCall([verb = "", path = "", ...words]: string[]): ApiCall {
  const method = METHODS[verb];
  if (!method) throw new CommandLineError(`ERROR: unknown command 'pvesh ${verb}'`);
  if (!path.startsWith("/")) throw new CommandLineError(`no '${verb}' handler for '${path}'`);
  const { params, json, rest } = readOptions(words);
  if (rest.length > 0) throw new CommandLineError("too many arguments");
  return { method, path, params, json };
}

/** Words of `pveum`, with the arguments that stand in the path or have a name in the API. */
const PVEUM: Record<string, (args: string[]) => Pick<ApiCall, "method" | "path" | "params">> = {
  "role add": ([role = ""]) => post("/access/roles", [["roleid", role]]),
  "role modify": ([role = ""]) => ({ method: "PUT", path: `/access/roles/${role}`, params: [] }),
  "role delete": ([role = ""]) => remove(`/access/roles/${role}`),
  "role list": () => ({ method: "GET", path: "/access/roles", params: [] }),
  "user add": ([user = ""]) => post("/access/users", [["userid", user]]),
  "user delete": ([user = ""]) => remove(`/access/users/${user}`),
  "user list": () => ({ method: "GET", path: "/access/users", params: [] }),
  "user token add": ([user = "", token = ""]) => post(`/access/users/${user}/token/${token}`, []),
  "user token remove": ([user = "", token = ""]) => remove(`/access/users/${user}/token/${token}`),
  "acl modify": ([path = ""]) => ({
    ...{ method: "PUT", path: "/access/acl", params: [["path", path]] },
  }),
  "acl delete": ([path = ""]) => ({
    method: "PUT",
    path: "/access/acl",
    params: [
      ["path", path],
      ["delete", "1"],
    ],
  }),
};

/** Names of pveum(1) before Proxmox VE 7, which go on working. */
const ALIASES: Record<string, string> = {
  roleadd: "role add",
  useradd: "user add",
  aclmod: "acl modify",
};

const post = (
  path: string,
  params: [string, string][],
): Pick<ApiCall, "method" | "path" | "params"> => ({
  ...{ method: "POST", path, params },
});
const remove = (path: string): Pick<ApiCall, "method" | "path" | "params"> => ({
  ...{ method: "DELETE", path, params: [] },
});

/** `pveum WORDS [ARGUMENTS] [--name value]…`, as in pveum(1), as far as roles, users, tokens and ACLs go. */
export function pveumCall(words: string[]): ApiCall {
  const { params, json, rest } = readOptions(words);
  const all = [...(ALIASES[rest[0] ?? ""]?.split(" ") ?? rest.slice(0, 1)), ...rest.slice(1)];
  for (const count of [3, 2]) {
    const call = PVEUM[all.slice(0, count).join(" ")];
    if (call) {
      const found = call(all.slice(count));
      return { ...found, params: [...found.params, ...params], json };
    }
  }
  throw new CommandLineError(`ERROR: unknown command 'pveum ${rest.join(" ")}'`);
}

/** Options are `--name value`, `--name=value` or `-name value`. */
function readOptions(words: string[]) {
  const params: [string, string][] = [];
  const rest: string[] = [];
  let json = false;
  for (let at = 0; at < words.length; at++) {
    const option = /^--?([a-z][\w-]*)(?:=([^]*))?$/.exec(words[at]!);
    if (!option) {
      rest.push(words[at]!);
      continue;
    }
    const [, name = "", given] = option;
    const value = given ?? words[++at];
    if (value === undefined) throw new CommandLineError(`Option ${name} requires an argument`);
    if (name === "output-format") json = value.startsWith("json");
    else params.push([name, value]);
  }
  return { params, json, rest };
}
