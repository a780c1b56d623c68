import { startAwsServer } from "../aws/server";
import { openAwsLab } from "../aws/awsLab";
import { type Command, integerOption } from "../core/command";
import { untilInterrupted } from "../live/untilInterrupted";

export const command: Command = {
  usage: "aws [--port N]",
  description:
    "The lab for AWS's own tools: answers the AWS CLI and boto3 as elbv2, ec2, rds, cloudwatch and\n" +
    "sts would, from the real load balancer, CTs and database. It only reads; what changes the lab\n" +
    "is unknown to it. Served on this machine's loopback only, to everybody on it; any key will do:\n\n" +
    "  export AWS_ACCESS_KEY_ID=lab AWS_SECRET_ACCESS_KEY=lab AWS_DEFAULT_REGION=eu-central-1\n" +
    "  export AWS_ENDPOINT_URL=http://127.0.0.1:PORT\n" +
    "  aws elbv2 describe-load-balancers\n\n" +
    "Metrics begin when it is started. Ends with Ctrl-C.",
  options: {
    port: { type: "string", value: "N", help: "port on 127.0.0.1 (default: one that is free)" },
  },
  // It runs until it is ended: its address is said at once.
  passesThrough: true,
  async run(context) {
    const { port: given } = context.options;
    const port = integerOption("--port", given, { min: 0, max: 65_535, default: 0 });
    const lab = await openAwsLab(context);
    try {
      const server = await startAwsServer({ port, facts: lab.facts });
      context.print(`export AWS_ENDPOINT_URL=${server.url}`);
      context.progress.info("Ctrl-C ends it");
      await untilInterrupted();
      await server.close();
    } finally {
      await lab.stop();
    }
    return 0;
  },
};
