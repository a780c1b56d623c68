import type { Action } from "../../../lib/haproxy/albTypes";
import type { AwsFacts } from "../facts";
import { targetGroupArn } from "../names";
import type { Document } from "../wire/document";

/** What becomes of a request, as AWS writes it; `#{…}` stands for what the request has. */
export function actionsOf(lab: AwsFacts, action: Action): Document[] {
  switch (action.type) {
    case "forward":
      return [forward(lab, action)];
    case "redirect":
      return [
        {
          Type: "redirect",
          Order: 1,
          RedirectConfig: {
            Protocol: action.protocol ?? "#{protocol}",
            Port: redirectPort(action),
            Host: action.host ?? "#{host}",
            Path: action.path ?? "/#{path}",
            Query: action.query ?? "#{query}",
            StatusCode: `HTTP_${action.statusCode}`,
          },
        },
      ];
    case "fixed-response":
      return [
        {
          Type: "fixed-response",
          Order: 1,
          FixedResponseConfig: {
            MessageBody: action.body ?? "",
            StatusCode: String(action.statusCode),
            ContentType: action.contentType ?? "text/plain",
          },
        },
      ];
  }
}

function forward(
  lab: AwsFacts,
  { targetGroups, stickinessSeconds }: Action & { type: "forward" },
): Document {
  const [first] = targetGroups;
  const arn = targetGroups.length === 1 ? targetGroupArn(lab, first!.name) : undefined;
  return {
    Type: "forward",
    TargetGroupArn: arn,
    Order: 1,
    ForwardConfig: {
      TargetGroups: targetGroups.map(({ name, weight = 1 }) => ({
        TargetGroupArn: targetGroupArn(lab, name),
        Weight: weight,
      })),
      TargetGroupStickinessConfig: {
        Enabled: stickinessSeconds !== undefined,
        DurationSeconds: stickinessSeconds,
      },
    },
  };
}

/** As the load balancer takes it: without a port of its own it is the protocol's. */
function redirectPort({ port, protocol }: Action & { type: "redirect" }): string {
  if (port !== undefined) return String(port);
  if (protocol === undefined) return "#{port}";
  return protocol === "HTTPS" ? "443" : "80";
}
