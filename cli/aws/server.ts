import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { protocolOf, type HttpCall } from "../../observer/aws/call";
import { answerTo, type HttpAnswer, problemAnswer } from "../../observer/aws/endpoint";
import type { AwsFacts } from "../../observer/aws/facts";
import { Problem } from "../../observer/aws/wire/problem";
import { listenOnLoopback, strangerRefusal } from "../live/loopback";

export interface AwsServer {
  /** What `--endpoint-url` is given. */
  url: string;
  close(): Promise<void>;
}

/** AWS's own largest request of these APIs is far below. */
const longestBody = 256 * 1024;

/** Answers calls of the AWS APIs on this machine's loopback. @throws when the port is taken */
export async function startAwsServer(options: {
  /** 0: one that is free. */
  port: number;
  /** What is known at the moment of a call. */
  facts: () => AwsFacts;
}): Promise<AwsServer> {
  const server = createServer((request, response) => {
    answered(request, options.facts)
      .then((answer) => send(response, answer))
      .catch(() => response.destroy());
  });
  await listenOnLoopback(server, options.port);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answered(request: IncomingMessage, facts: () => AwsFacts): Promise<HttpAnswer> {
  const id = randomUUID();
  const { method = "", url = "/", headers } = request;
  const call = (body: Buffer): HttpCall => ({
    ...{ method, headers, body },
    path: new URL(url, "http://localhost").pathname,
  });
  const refuse = (problem: Problem) =>
    problemAnswer(protocolOf(call(Buffer.alloc(0))), problem, id);
  const stranger = strangerRefusal(headers);
  if (stranger) return refuse(new Problem("AccessDenied", stranger.message, stranger.status));
  const body = await bodyOf(request);
  if (!body) {
    const message = `The request must be smaller than ${longestBody} bytes`;
    return refuse(new Problem("RequestEntityTooLarge", message, 413));
  }
  try {
    return answerTo(call(body), facts(), id);
  } catch (error) {
    return refuse(new Problem("InternalFailure", (error as Error).message, 500));
  }
}

/** Undefined: it is too large. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    parts.push(part as Buffer);
    size += (part as Buffer).length;
    if (size > longestBody) return undefined;
  }
  return Buffer.concat(parts);
}

function send(response: ServerResponse, { status, headers, body }: HttpAnswer): void {
  response.writeHead(status, {
    ...headers,
    "cache-control": "no-store",
    "content-length": body.length,
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
    // What is left of a body that was refused is not read.
    ...(status === 413 && { connection: "close" }),
  });
  response.end(body);
}
