/** Alarms that tell a person, and the dashboard that shows the journey in the cloud. */

import { CfnAlarm, CfnDashboard } from "aws-cdk-lib/aws-cloudwatch";
import type { CfnStream } from "aws-cdk-lib/aws-kinesis";
import type { CfnDeliveryStream } from "aws-cdk-lib/aws-kinesisfirehose";
import type { CfnFunction } from "aws-cdk-lib/aws-lambda";
import type { CfnTopic } from "aws-cdk-lib/aws-sns";
import { Stack } from "aws-cdk-lib";
import { idOf, nameOf, type Site } from "../site.ts";

export interface Watched {
  readonly stream: string;
  readonly kinesis: CfnStream;
  readonly check: CfnFunction;
  readonly firehose: CfnDeliveryStream;
  readonly transform: CfnFunction;
}

interface Metric {
  readonly namespace: string;
  readonly metric: string;
  readonly dimension: readonly [name: string, value: string];
  readonly statistic: "Sum" | "Maximum" | "Average";
}

interface AlarmShape {
  readonly id: string;
  readonly says: string;
  readonly of: Metric;
  readonly above: number;
  readonly minutes: number;
}

/** Records that the check set aside are counted by it, by stream (embedded metric format in its log). */
export const DEAD_LETTER_METRIC = { namespace: "Millrace", metric: "DeadLetters" } as const;

export function makeAlarms(site: Site, topic: CfnTopic, watched: readonly Watched[]): void {
  for (const one of watched) {
    for (const shape of alarmsOf(site, one)) {
      makeAlarm(site, topic, { ...shape, id: `${idOf(one.stream)}${shape.id}` });
    }
  }
  makeDashboard(site, watched);
}

function ofLambda(lambda: CfnFunction): Pick<Metric, "namespace" | "dimension"> {
  return { namespace: "AWS/Lambda", dimension: ["FunctionName", lambda.ref] };
}

/** The metrics of one stream's way, in its order. */
function metricsOf(watched: Watched): Readonly<Record<string, Metric>> {
  const { stream, kinesis, check, firehose, transform } = watched;
  const ofKinesis = { namespace: "AWS/Kinesis", dimension: ["StreamName", kinesis.ref] } as const;
  const ofFirehose = {
    namespace: "AWS/Firehose",
    dimension: ["DeliveryStreamName", firehose.ref],
  } as const;
  return {
    incoming: { ...ofKinesis, metric: "IncomingRecords", statistic: "Sum" },
    refused: { ...ofKinesis, metric: "WriteProvisionedThroughputExceeded", statistic: "Sum" },
    iteratorAge: {
      ...ofKinesis,
      metric: "GetRecords.IteratorAgeMilliseconds",
      statistic: "Maximum",
    },
    checkErrors: { ...ofLambda(check), metric: "Errors", statistic: "Sum" },
    checkThrottles: { ...ofLambda(check), metric: "Throttles", statistic: "Sum" },
    transformErrors: { ...ofLambda(transform), metric: "Errors", statistic: "Sum" },
    delivered: { ...ofFirehose, metric: "DeliveryToS3.Records", statistic: "Sum" },
    freshness: { ...ofFirehose, metric: "DeliveryToS3.DataFreshness", statistic: "Maximum" },
    deadLetters: { ...DEAD_LETTER_METRIC, dimension: ["Stream", stream], statistic: "Sum" },
  };
}

function alarmsOf(site: Site, watched: Watched): readonly AlarmShape[] {
  const of = metricsOf(watched);
  const late = site.aws.freshness;
  const { stream } = watched;
  const shape = (name: string, rest: Omit<AlarmShape, "id" | "of">): AlarmShape[] => {
    const metric = of[name];
    return metric === undefined ? [] : [{ id: idOf(name), of: metric, ...rest }];
  };
  return [
    ...shape("iteratorAge", {
      says: `${stream}: delivery is behind the stream`,
      above: late,
      minutes: 5,
    }),
    ...shape("freshness", {
      says: `${stream}: the oldest record not yet in the bucket is too old`,
      above: late / 1000,
      minutes: 5,
    }),
    ...shape("refused", {
      says: `${stream}: Kinesis refuses records, its shards are too few`,
      above: 0,
      minutes: 5,
    }),
    ...shape("checkErrors", { says: `${stream}: the check fails`, above: 0, minutes: 1 }),
    ...shape("checkThrottles", { says: `${stream}: the check is throttled`, above: 0, minutes: 5 }),
    ...shape("transformErrors", { says: `${stream}: the transform fails`, above: 0, minutes: 1 }),
    ...shape("deadLetters", {
      says: `${stream}: records were set aside`,
      above: 0,
      minutes: 5,
    }),
  ];
}

function makeAlarm(
  site: Site,
  topic: CfnTopic,
  { id, says, of, above, minutes }: AlarmShape,
): void {
  const [name, value] = of.dimension;
  new CfnAlarm(site.scope, `${id}Alarm`, {
    alarmName: `${nameOf(site)}-${id}`,
    alarmDescription: says,
    namespace: of.namespace,
    metricName: of.metric,
    dimensions: [{ name, value }],
    statistic: of.statistic,
    period: 60,
    evaluationPeriods: minutes,
    datapointsToAlarm: 1,
    threshold: above,
    comparisonOperator: "GreaterThanThreshold",
    treatMissingData: "notBreaching",
    alarmActions: [topic.ref],
    okActions: [topic.ref],
  });
}

function makeDashboard(site: Site, watched: readonly Watched[]): void {
  const { region } = Stack.of(site.scope);
  const widgets = watched.flatMap((one, row) => {
    const of = metricsOf(one);
    const panel = (place: number, title: string, names: readonly string[]) => ({
      type: "metric",
      x: place * 8,
      y: row * 6,
      width: 8,
      height: 6,
      properties: {
        title: `${one.stream}: ${title}`,
        region,
        period: 60,
        view: "timeSeries",
        metrics: names.flatMap((name) => {
          const metric = of[name];
          return metric === undefined
            ? []
            : [[metric.namespace, metric.metric, ...metric.dimension, { stat: metric.statistic }]];
        }),
      },
    });
    return [
      panel(0, "events in, delivered, set aside", ["incoming", "delivered", "deadLetters"]),
      panel(1, "age", ["iteratorAge", "freshness"]),
      panel(2, "trouble", ["refused", "checkErrors", "checkThrottles", "transformErrors"]),
    ];
  });
  new CfnDashboard(site.scope, "Dashboard", {
    dashboardName: nameOf(site),
    dashboardBody: Stack.of(site.scope).toJsonString({ widgets }),
  });
}
