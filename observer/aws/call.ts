import { SERVICES, type Service } from "./services";
import { isStructure } from "./wire/input";
import { Problem } from "./wire/problem";
import { readCbor } from "./wire/cborReader";
import { type Input, readQuery } from "./wire/query";

/** An HTTP request, as far as these protocols use it; names of headers are small. */
export interface HttpCall {
  method: string;
  path: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: Buffer;
}

/** The protocols of the calls: AWS's query (XML), its EC2 variant, JSON 1.0 and Smithy's RPC v2 in CBOR. */
export type Protocol = "query" | "ec2" | "json" | "cbor";

export interface Call {
  service: Service;
  protocol: Protocol;
  action: string;
  input: Input;
}

/** Name of CloudWatch's service in its newer protocols. */
const GRANITE = "GraniteServiceVersion20100801";
const RPC_PATH = /^\/service\/([\w.#]+)\/operation\/(\w+)$/;

/** The protocol in which a call wants its answer, whatever is wrong with it. */
export function protocolOf({ path, headers, body }: HttpCall): Protocol {
  if (headers["smithy-protocol"] === "rpc-v2-cbor" || RPC_PATH.test(path)) return "cbor";
  if (headers["x-amz-target"] !== undefined) return "json";
  const ec2 = SERVICES.find(({ protocol }) => protocol === "ec2")!;
  return body.includes(`Version=${ec2.version}`) ? "ec2" : "query";
}

/** What a request calls, and with what. @throws Problem when it calls nothing that is known */
export function readCall(http: HttpCall): Call {
  const protocol = protocolOf(http);
  if (http.method !== "POST") {
    throw new Problem("InvalidAction", `${http.method} is no call; the AWS CLI and SDKs use POST`);
  }
  if (protocol === "cbor") {
    const [, service = "", action = ""] = RPC_PATH.exec(http.path) ?? [];
    return granite(protocol, service, action, readCbor(http.body));
  }
  if (protocol === "json") {
    const target = String(http.headers["x-amz-target"]);
    const [service = "", action = ""] = target.split(".");
    return granite(protocol, service, action, readJson(http.body));
  }
  const { action, version, input } = readQuery(http.body.toString("utf8"));
  if (action === "") throw new Problem("MissingAction", "The call names no action");
  const service = SERVICES.find((one) => one.version === version);
  if (!service) throw unknown(action, `of version ${version || "(none)"}`);
  return { service, protocol, action: known(service, action), input };
}

function granite(protocol: Protocol, name: string, action: string, input: unknown): Call {
  if (name.split("#").at(-1) !== GRANITE) throw unknown(action, `of service ${name}`);
  const service = SERVICES.find((one) => one.name === "cloudwatch")!;
  if (!isStructure(input)) throw new Problem("SerializationException", "The body is no structure");
  return { service, protocol, action: known(service, action), input };
}

function readJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8") || "{}") as unknown;
  } catch {
    throw new Problem("SerializationException", "The body is not valid JSON");
  }
}

function known(service: Service, action: string): string {
  if (Object.hasOwn(service.actions, action)) return action;
  throw unknown(action, `of ${service.name}`, [service]);
}

const unknown = (action: string, of: string, services = SERVICES) => {
  const listed = services.map(({ name, actions }) => `${name} ${Object.keys(actions).join(", ")}`);
  return new Problem(
    "InvalidAction",
    `The action ${action} ${of} is not valid here: this endpoint only reads, and knows of ${listed.join("; of ")}`,
  );
};
