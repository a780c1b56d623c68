import { type Call, type HttpCall, type Protocol, protocolOf, readCall } from "./call";
import type { AwsFacts } from "./facts";
import { cborOf } from "./wire/cborWriter";
import { type Document, membersOf, type Value, valuesOf } from "./wire/document";
import { Problem } from "./wire/problem";
import { xmlOf } from "./wire/xml";
import { xmlText } from "../xmlText";

export interface HttpAnswer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

/** Answers a request of the AWS APIs from what is known of the lab; it never throws for what a caller sends. */
export function answerTo(http: HttpCall, lab: AwsFacts, requestId: string): HttpAnswer {
  try {
    const call = readCall(http);
    const document = call.service.actions[call.action]!(call.input, lab);
    return { status: 200, ...rendered(call, document, requestId) };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return problemAnswer(protocolOf(http), error, requestId);
  }
}

function rendered(call: Call, document: Document, id: string): Omit<HttpAnswer, "status"> {
  const { service, protocol, action } = call;
  if (protocol === "cbor") return cbor(document, id);
  if (protocol === "json") return json(document, id);
  const open = `<${action}Response xmlns="${service.namespace}">`;
  const close = `</${action}Response>`;
  if (protocol === "ec2") {
    return xml(`${open}<requestId>${id}</requestId>${xmlOf(document, "item")}${close}`, id);
  }
  const result = `<${action}Result>${xmlOf(document, "member")}</${action}Result>`;
  const metadata = `<ResponseMetadata><RequestId>${id}</RequestId></ResponseMetadata>`;
  return xml(`${open}${result}${metadata}${close}`, id);
}

/** A refusal in the protocol's own shape. */
export function problemAnswer(
  protocol: Protocol,
  { code, message, status }: Problem,
  id: string,
): HttpAnswer {
  const type = status < 500 ? "Sender" : "Receiver";
  if (protocol === "cbor" || protocol === "json") {
    const document = { __type: code, message };
    const body = protocol === "cbor" ? cbor(document, id) : json(document, id);
    // Clients of the older protocol know the error by this name.
    const headers = { ...body.headers, "x-amzn-query-error": `${code};${type}` };
    return { status, headers, body: body.body };
  }
  const error = `<Code>${xmlText(code)}</Code><Message>${xmlText(message)}</Message>`;
  const text =
    protocol === "ec2"
      ? `<Response><Errors><Error>${error}</Error></Errors><RequestID>${id}</RequestID></Response>`
      : `<ErrorResponse><Error><Type>${type}</Type>${error}</Error><RequestId>${id}</RequestId></ErrorResponse>`;
  return { status, ...xml(text, id) };
}

const xml = (text: string, id: string) => ({
  headers: { "content-type": "text/xml", "x-amzn-requestid": id },
  body: Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${text}`, "utf8"),
});

const cbor = (document: Document, id: string) => ({
  headers: {
    "content-type": "application/cbor",
    "smithy-protocol": "rpc-v2-cbor",
    "x-amzn-requestid": id,
  },
  body: cborOf(document),
});

const json = (document: Document, id: string) => ({
  headers: { "content-type": "application/x-amz-json-1.0", "x-amzn-requestid": id },
  body: Buffer.from(JSON.stringify(jsonOf(document)), "utf8"),
});

/** Dates are seconds since the epoch in AWS's JSON. */
function jsonOf(value: Value): unknown {
  const list = valuesOf(value);
  if (list) return list.map(jsonOf);
  if (value instanceof Date) return value.getTime() / 1000;
  if (typeof value !== "object") return value;
  return Object.fromEntries(membersOf(value as Document).map(([name, one]) => [name, jsonOf(one)]));
}
