/** Where a pipeline runs is said beside its definition: one description per option and variable. */

export interface PlaceOption {
  readonly flag: string | undefined;
  readonly variable: string;
  readonly values: string;
  readonly default: string;
  readonly doc: string;
}

export const PLACE_OPTIONS = {
  lake: {
    flag: "--lake",
    variable: "MILLRACE_LAKE",
    values: "`s3://BUCKET/PREFIX`, a folder, `embedded`",
    default: "embedded",
    doc: "where objects are kept: s3://BUCKET/PREFIX, a folder, or embedded",
  },
  stream: {
    flag: "--stream",
    variable: "MILLRACE_STREAM",
    values: "`kinesis://REGION/PREFIX`, `embedded`",
    default: "embedded",
    doc: "where events are put first: kinesis://REGION/PREFIX, or embedded",
  },
  s3Endpoint: {
    flag: undefined,
    variable: "AWS_ENDPOINT_URL_S3",
    values: "`http://HOST:PORT`",
    default: "AWS",
    doc: "a server that speaks S3, where an address names none by ?endpoint=",
  },
  kinesisEndpoint: {
    flag: undefined,
    variable: "AWS_ENDPOINT_URL_KINESIS",
    values: "`http://HOST:PORT`",
    default: "AWS",
    doc: "a server that speaks Kinesis, where an address names none by ?endpoint=",
  },
  endpoint: {
    flag: undefined,
    variable: "AWS_ENDPOINT_URL",
    values: "`http://HOST:PORT`",
    default: "AWS",
    doc: "one server for both",
  },
  region: {
    flag: undefined,
    variable: "AWS_REGION",
    values: "a region",
    default: "the bucket's own",
    doc: "the region of a bucket, where its address names none by ?region=",
  },
} as const satisfies Readonly<Record<string, PlaceOption>>;
