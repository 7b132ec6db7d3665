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
  warehouse: {
    flag: "--warehouse",
    variable: "MILLRACE_WAREHOUSE",
    values: "`snowflake://ACCOUNT/DATABASE/SCHEMA`, `embedded`",
    default: "embedded",
    doc: "where tables are: snowflake://ACCOUNT/DATABASE/SCHEMA, or embedded",
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
  snowflakeUser: {
    flag: undefined,
    variable: "SNOWFLAKE_USER",
    values: "a user",
    default: "",
    doc: "who logs in to Snowflake, where the address names nobody by ?user=",
  },
  snowflakeKey: {
    flag: undefined,
    variable: "SNOWFLAKE_PRIVATE_KEY_FILE",
    values: "a file",
    default: "",
    doc: "the user's private key, PKCS#8 in PEM",
  },
  snowflakePassphrase: {
    flag: undefined,
    variable: "SNOWFLAKE_PRIVATE_KEY_PASSPHRASE",
    values: "a text",
    default: "",
    doc: "opens the key where it is encrypted",
  },
  snowflakeToken: {
    flag: undefined,
    variable: "SNOWFLAKE_TOKEN",
    values: "a token",
    default: "",
    doc: "a programmatic access token, in place of a key",
  },
} as const satisfies Readonly<Record<string, PlaceOption>>;
