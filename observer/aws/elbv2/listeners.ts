import type { Listener } from "../../../lib/haproxy/albTypes";
import { TLS_POLICIES } from "../../../lib/haproxy/albTypes";
import { defaultActionOf } from "../../../lib/haproxy/listenerRules";
import { labListeners } from "../balancer";
import type { AwsFacts } from "../facts";
import { certificateArn, listenerArn, loadBalancerArn } from "../names";
import type { Document } from "../wire/document";
import { textOf, textsOf } from "../wire/input";
import { invalid } from "../wire/problem";
import type { Input } from "../wire/query";
import { actionsOf } from "./actions";
import { needListener, needLoadBalancer, pageFor } from "./found";

export function describeListeners(input: Input, lab: AwsFacts): Document {
  const balancer = textOf(input, "LoadBalancerArn");
  const arns = textsOf(input, "ListenerArns");
  if ((balancer === undefined) === (arns === undefined)) {
    throw invalid("You must specify either listener ARNs or a load balancer ARN");
  }
  if (balancer !== undefined) needLoadBalancer(lab, balancer);
  const wanted = arns ? arns.map((arn) => needListener(lab, arn)) : labListeners(lab.settings);
  const { items, next } = pageFor(wanted, input);
  return { Listeners: items.map((listener) => described(lab, listener)), NextMarker: next };
}

function described(lab: AwsFacts, listener: Listener): Document {
  const { port, protocol, sslPolicy = TLS_POLICIES[0] } = listener;
  const secure = protocol === "HTTPS";
  return {
    ListenerArn: listenerArn(lab, port),
    LoadBalancerArn: loadBalancerArn(lab),
    Port: port,
    Protocol: protocol,
    Certificates: secure ? [{ CertificateArn: certificateArn(lab, port) }] : undefined,
    SslPolicy: secure ? sslPolicy : undefined,
    DefaultActions: actionsOf(lab, defaultActionOf(listener)),
  };
}
