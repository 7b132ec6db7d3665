/** Sources that are topics of Kafka → plans. */

import { resolve } from "node:path";
import { showAddress } from "../../base/address.ts";
import { kafkaFields } from "../../define/sources/fields.ts";
import type { KafkaParts, KafkaSourceDefinition } from "../../define/sources/kafka.ts";
import { refuseUnknown, settle } from "../settle.ts";
import { only, type SourcePlace, textOf } from "./place.ts";
import type { KafkaSourcePlan } from "./source-plan.ts";

const MEMBERS = ["kind", "stream", "title", "from", "group", "parts", "sasl", "tls"];
const PARTS = "value key headers topic partition offset timestamp tombstone".split(" ");
const MECHANISMS = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"];
const ADDRESS =
  /^kafka:\/\/([a-zA-Z0-9.-]+:\d{1,5}(?:,[a-zA-Z0-9.-]+:\d{1,5})*)\/([a-zA-Z0-9._-]{1,249}(?:,[a-zA-Z0-9._-]{1,249})*)$/;

export function planKafka(given: KafkaSourceDefinition, place: SourcePlace): KafkaSourcePlan {
  const { name, path, problems, pipeline, folder } = place;
  refuseUnknown(given, [...MEMBERS, ...Object.keys(kafkaFields)], place);
  const match = ADDRESS.exec(textOf(given.from));
  if (match === null) {
    const says = `${showAddress(textOf(given.from))} names no topics.`;
    problems.add(`${path}.from`, says, "Write kafka://HOST:PORT[,HOST:PORT]/TOPIC[,TOPIC].");
  }
  const [, brokers = "", topics = ""] = match ?? [];
  const { sasl, tls, parts = {} } = given;
  checkParts(parts, { ...place, path: `${path}.parts` });
  if (sasl !== undefined) {
    refuseUnknown(sasl, ["mechanism", "username", "password"], { path: `${path}.sasl`, problems });
    if (!MECHANISMS.includes(sasl.mechanism)) {
      const says = `${sasl.mechanism} is no mechanism known here.`;
      problems.add(`${path}.sasl.mechanism`, says, `Known are ${MECHANISMS.join(", ")}.`);
    }
  }
  refuseUnknown(tls ?? {}, ["ca", "cert", "key"], { path: `${path}.tls`, problems });
  const files = Object.entries(tls ?? {}).map(([one, file]) => [
    one,
    resolve(folder, textOf(file)),
  ]);
  return {
    ...settle(kafkaFields, only(given, kafkaFields), place),
    kind: "kafka",
    stream: given.stream,
    title: given.title ?? `Kafka: ${topics.split(",").join(", ")}`,
    brokers: brokers.split(","),
    topics: topics.split(","),
    group: given.group ?? `millrace-${pipeline}-${name}`,
    named: place.stream?.id !== undefined,
    parts,
    sasl,
    tls: tls === undefined ? undefined : Object.fromEntries(files),
  };
}

function checkParts(parts: KafkaParts, { path, problems }: SourcePlace): void {
  refuseUnknown(parts, PARTS, { path, problems });
  for (const [name, field] of Object.entries(parts)) {
    if (typeof field !== "string" || field === "") {
      problems.add(`${path}.${name}`, "It names no field.", "Name the event's field it goes to.");
    }
  }
}
