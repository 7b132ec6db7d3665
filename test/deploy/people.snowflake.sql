-- people, plan HASH: database, warehouse, roles.
-- Run as ACCOUNTADMIN: snow sql -f 01_account.sql

USE ROLE ACCOUNTADMIN;

CREATE ROLE IF NOT EXISTS PEOPLE_OWNER COMMENT = 'Loads and models people';

CREATE ROLE IF NOT EXISTS PEOPLE_READER COMMENT = 'Reads people';

GRANT ROLE PEOPLE_OWNER TO ROLE SYSADMIN;

GRANT ROLE PEOPLE_READER TO ROLE PEOPLE_OWNER;

CREATE WAREHOUSE IF NOT EXISTS PEOPLE_WH
  WAREHOUSE_SIZE = XSMALL
  AUTO_SUSPEND = 60
  AUTO_RESUME = TRUE
  INITIALLY_SUSPENDED = TRUE;

GRANT USAGE, OPERATE ON WAREHOUSE PEOPLE_WH TO ROLE PEOPLE_OWNER;

GRANT USAGE ON WAREHOUSE PEOPLE_WH TO ROLE PEOPLE_READER;

CREATE DATABASE IF NOT EXISTS PEOPLE;

CREATE SCHEMA IF NOT EXISTS PEOPLE.RAW;

CREATE SCHEMA IF NOT EXISTS PEOPLE.CLEAN;

GRANT USAGE ON DATABASE PEOPLE TO ROLE PEOPLE_OWNER;

GRANT USAGE ON DATABASE PEOPLE TO ROLE PEOPLE_READER;

GRANT ALL PRIVILEGES ON SCHEMA PEOPLE.RAW TO ROLE PEOPLE_OWNER;

GRANT ALL PRIVILEGES ON SCHEMA PEOPLE.CLEAN TO ROLE PEOPLE_OWNER;

GRANT USAGE ON SCHEMA PEOPLE.CLEAN TO ROLE PEOPLE_READER;

GRANT SELECT ON FUTURE TABLES IN SCHEMA PEOPLE.CLEAN TO ROLE PEOPLE_READER;

GRANT SELECT ON FUTURE VIEWS IN SCHEMA PEOPLE.CLEAN TO ROLE PEOPLE_READER;

GRANT SELECT ON FUTURE DYNAMIC TABLES IN SCHEMA PEOPLE.CLEAN TO ROLE PEOPLE_READER;

GRANT EXECUTE TASK ON ACCOUNT TO ROLE PEOPLE_OWNER;

-- people, plan HASH: the way into the buckets; its last statement names the user that the AWS role must trust.
-- Run as ACCOUNTADMIN: snow sql -f 02_integration.sql

USE ROLE ACCOUNTADMIN;

CREATE STORAGE INTEGRATION IF NOT EXISTS PEOPLE_S3
  TYPE = EXTERNAL_STAGE
  STORAGE_PROVIDER = 'S3'
  ENABLED = TRUE
  STORAGE_AWS_ROLE_ARN = 'arn:aws:iam::123456789012:role/people-snowflake'
  STORAGE_AWS_EXTERNAL_ID = 'millrace-people'
  STORAGE_ALLOWED_LOCATIONS = ('s3://people-data-123456789012-us-east-1/', 's3://people-errors-123456789012-us-east-1/');

GRANT USAGE ON INTEGRATION PEOPLE_S3 TO ROLE PEOPLE_OWNER;

DESCRIBE INTEGRATION PEOPLE_S3;

-- people, plan HASH: raw tables, dead letters, row counts.
-- Run as PEOPLE_OWNER: snow sql -f 03_tables.sql

USE ROLE PEOPLE_OWNER;

CREATE TABLE IF NOT EXISTS PEOPLE.RAW.raw_people (
  data VARIANT NOT NULL,
  _event_id VARCHAR NOT NULL,
  _shard NUMBER(38, 0) NOT NULL,
  _sequence VARCHAR NOT NULL,
  _accepted_at TIMESTAMP_NTZ(9) NOT NULL,
  _extra VARIANT,
  _object VARCHAR NOT NULL,
  _line NUMBER(38, 0) NOT NULL,
  _load NUMBER(38, 0) NOT NULL,
  _loaded_at TIMESTAMP_NTZ(9) NOT NULL
);

CREATE TABLE IF NOT EXISTS PEOPLE.RAW.DEAD_LETTERS (
  id VARCHAR NOT NULL,
  stream VARCHAR NOT NULL,
  stage VARCHAR NOT NULL,
  cause VARCHAR NOT NULL,
  reasons VARIANT NOT NULL,
  schema_version VARCHAR NOT NULL,
  received_at TIMESTAMP_NTZ(9) NOT NULL,
  caller VARCHAR NOT NULL,
  request_id VARCHAR NOT NULL,
  member NUMBER(38, 0) NOT NULL,
  raw_base64 VARCHAR NOT NULL,
  raw_text VARCHAR,
  _object VARCHAR NOT NULL,
  _line NUMBER(38, 0) NOT NULL,
  _loaded_at TIMESTAMP_NTZ(9) NOT NULL
);

CREATE TABLE IF NOT EXISTS PEOPLE.CLEAN.ROW_COUNTS (
  run VARCHAR NOT NULL,
  model VARCHAR NOT NULL,
  rows_in NUMBER(38, 0) NOT NULL,
  rows_out NUMBER(38, 0) NOT NULL,
  inserted NUMBER(38, 0) NOT NULL,
  updated NUMBER(38, 0) NOT NULL,
  duplicates NUMBER(38, 0) NOT NULL,
  set_aside NUMBER(38, 0) NOT NULL,
  started TIMESTAMP_NTZ(9) NOT NULL,
  finished TIMESTAMP_NTZ(9) NOT NULL
);

-- people, plan HASH: stages, file formats, and a pipe per stream.
-- Run as PEOPLE_OWNER: snow sql -f 04_pipes.sql

USE ROLE PEOPLE_OWNER;

CREATE STAGE IF NOT EXISTS PEOPLE.RAW.DATA
  URL = 's3://people-data-123456789012-us-east-1/'
  STORAGE_INTEGRATION = PEOPLE_S3;

CREATE STAGE IF NOT EXISTS PEOPLE.RAW.ERRORS
  URL = 's3://people-errors-123456789012-us-east-1/'
  STORAGE_INTEGRATION = PEOPLE_S3;

CREATE FILE FORMAT IF NOT EXISTS PEOPLE.RAW.ROWS_CSV
  TYPE = CSV
  COMPRESSION = AUTO
  FIELD_OPTIONALLY_ENCLOSED_BY = '"'
  ESCAPE_UNENCLOSED_FIELD = NONE
  EMPTY_FIELD_AS_NULL = TRUE
  NULL_IF = ()
  ENCODING = 'UTF8';

CREATE FILE FORMAT IF NOT EXISTS PEOPLE.RAW.ROWS_JSON TYPE = JSON COMPRESSION = AUTO;

CREATE FILE FORMAT IF NOT EXISTS PEOPLE.RAW.ROWS_PARQUET TYPE = PARQUET;

CREATE PIPE IF NOT EXISTS PEOPLE.RAW.LOAD_PEOPLE
  AUTO_INGEST = TRUE
AS
  COPY INTO PEOPLE.RAW.raw_people (
    data,
    _event_id,
    _shard,
    _sequence,
    _accepted_at,
    _extra,
    _object,
    _line,
    _load,
    _loaded_at
  )
  FROM (
    SELECT
      $1:data,
      $1:_event_id::VARCHAR,
      $1:_shard::NUMBER(38, 0),
      $1:_sequence::VARCHAR,
      $1:_accepted_at::TIMESTAMP_NTZ(9),
      $1:_extra,
      METADATA$FILENAME,
      METADATA$FILE_ROW_NUMBER,
      DATE_PART(EPOCH_MILLISECOND, METADATA$FILE_LAST_MODIFIED),
      METADATA$START_SCAN_TIME::TIMESTAMP_NTZ
    FROM @PEOPLE.RAW.DATA/data/
  )
  FILE_FORMAT = (FORMAT_NAME = 'PEOPLE.RAW.ROWS_JSON')
  ON_ERROR = CONTINUE;

CREATE PIPE IF NOT EXISTS PEOPLE.RAW.LOAD_DEAD_LETTERS
  AUTO_INGEST = TRUE
AS
  COPY INTO PEOPLE.RAW.DEAD_LETTERS (
    id,
    stream,
    stage,
    cause,
    reasons,
    schema_version,
    received_at,
    caller,
    request_id,
    member,
    raw_base64,
    raw_text,
    _object,
    _line,
    _loaded_at
  )
  FROM (
    SELECT
      $1:id::VARCHAR,
      $1:stream::VARCHAR,
      $1:stage::VARCHAR,
      $1:cause::VARCHAR,
      $1:reasons,
      $1:schema_version::VARCHAR,
      $1:received_at::TIMESTAMP_NTZ(9),
      $1:caller::VARCHAR,
      $1:request_id::VARCHAR,
      $1:member::NUMBER(38, 0),
      $1:raw_base64::VARCHAR,
      $1:raw_text::VARCHAR,
      METADATA$FILENAME,
      METADATA$FILE_ROW_NUMBER,
      METADATA$START_SCAN_TIME::TIMESTAMP_NTZ
    FROM @PEOPLE.RAW.ERRORS/error/
  )
  FILE_FORMAT = (FORMAT_NAME = 'PEOPLE.RAW.ROWS_JSON')
  ON_ERROR = CONTINUE;

-- people, plan HASH: the pipeline's models.
-- Run as PEOPLE_OWNER: snow sql -f 05_models.sql

USE ROLE PEOPLE_OWNER;

CREATE TABLE IF NOT EXISTS PEOPLE.CLEAN.people_history AS
SELECT * FROM (
select
  _event_id as event_id,
  trim(json_extract_path_text(data, 'Id')) as id,
  trim(json_extract_path_text(data, 'Name')) as name,
  try_cast(json_extract_path_text(data, 'Age') as integer) as age,
  json_extract_path_text(data, 'Sex') as sex,
  _accepted_at as said_at,
  _event_id,
  _shard,
  _sequence,
  _accepted_at,
  _load,
  _line
from PEOPLE.RAW.raw_people as arrived
) AS run_out WHERE FALSE;

CREATE TABLE IF NOT EXISTS PEOPLE.CLEAN.RUN_PEOPLE_HISTORY AS
SELECT * FROM (
select
  _event_id as event_id,
  trim(json_extract_path_text(data, 'Id')) as id,
  trim(json_extract_path_text(data, 'Name')) as name,
  try_cast(json_extract_path_text(data, 'Age') as integer) as age,
  json_extract_path_text(data, 'Sex') as sex,
  _accepted_at as said_at,
  _event_id,
  _shard,
  _sequence,
  _accepted_at,
  _load,
  _line
from PEOPLE.RAW.raw_people as arrived
) AS run_out WHERE FALSE;

CREATE STREAM IF NOT EXISTS PEOPLE.CLEAN.NEW_RAW_PEOPLE_FOR_PEOPLE_HISTORY
  ON TABLE PEOPLE.RAW.raw_people APPEND_ONLY = TRUE SHOW_INITIAL_ROWS = TRUE;

CREATE OR REPLACE TASK PEOPLE.CLEAN.REFRESH_PEOPLE_HISTORY
  WAREHOUSE = PEOPLE_WH
  SCHEDULE = '1 MINUTE'
  ALLOW_OVERLAPPING_EXECUTION = FALSE
  WHEN SYSTEM$STREAM_HAS_DATA('PEOPLE.CLEAN.NEW_RAW_PEOPLE_FOR_PEOPLE_HISTORY')
AS
EXECUTE IMMEDIATE $$
DECLARE
  started TIMESTAMP_NTZ;
  rows_in NUMBER;
  rows_out NUMBER;
  set_aside NUMBER;
  changed NUMBER;
  inserted NUMBER;
  updated NUMBER;
  duplicates NUMBER;
  before NUMBER;
  held NUMBER;
  rule_0 EXCEPTION (-20001, 'people_history does not hold: rows out = inserted + updated + duplicates + set aside');
BEGIN
  SELECT CURRENT_TIMESTAMP()::TIMESTAMP_NTZ INTO :started;
  BEGIN TRANSACTION;
  SELECT (SELECT COUNT(*) FROM PEOPLE.CLEAN.NEW_RAW_PEOPLE_FOR_PEOPLE_HISTORY) INTO :rows_in;
  DELETE FROM PEOPLE.CLEAN.RUN_PEOPLE_HISTORY;
  INSERT INTO PEOPLE.CLEAN.RUN_PEOPLE_HISTORY
select
  _event_id as event_id,
  trim(json_extract_path_text(data, 'Id')) as id,
  trim(json_extract_path_text(data, 'Name')) as name,
  try_cast(json_extract_path_text(data, 'Age') as integer) as age,
  json_extract_path_text(data, 'Sex') as sex,
  _accepted_at as said_at,
  _event_id,
  _shard,
  _sequence,
  _accepted_at,
  _load,
  _line
from PEOPLE.CLEAN.NEW_RAW_PEOPLE_FOR_PEOPLE_HISTORY as arrived;
  SELECT COUNT(*), COUNT_IF(NOT (event_id IS NOT NULL)) INTO :rows_out, :set_aside FROM PEOPLE.CLEAN.RUN_PEOPLE_HISTORY;
  SELECT COUNT(*) INTO :before FROM PEOPLE.CLEAN.people_history;
  SELECT COUNT(*) INTO :changed FROM (
    SELECT s.* EXCLUDE (_event_id, _shard, _sequence, _accepted_at, _load, _line) FROM (
      SELECT * FROM PEOPLE.CLEAN.RUN_PEOPLE_HISTORY
      WHERE event_id IS NOT NULL
      QUALIFY ROW_NUMBER() OVER (PARTITION BY event_id ORDER BY _accepted_at DESC NULLS LAST, _shard DESC NULLS LAST, _sequence DESC NULLS LAST, _load DESC NULLS LAST, _line DESC NULLS LAST) = 1
    ) AS s LEFT JOIN PEOPLE.CLEAN.people_history AS t ON t.event_id = s.event_id
    WHERE t.event_id IS NULL OR ((COALESCE(s._accepted_at > t._accepted_at, FALSE) OR (t._accepted_at IS NULL AND s._accepted_at IS NOT NULL)) OR (s._accepted_at IS NOT DISTINCT FROM t._accepted_at AND ((COALESCE(s._shard > t._shard, FALSE) OR (t._shard IS NULL AND s._shard IS NOT NULL)) OR (s._shard IS NOT DISTINCT FROM t._shard AND ((COALESCE(s._sequence > t._sequence, FALSE) OR (t._sequence IS NULL AND s._sequence IS NOT NULL)) OR (s._sequence IS NOT DISTINCT FROM t._sequence AND ((COALESCE(s._load > t._load, FALSE) OR (t._load IS NULL AND s._load IS NOT NULL)) OR (s._load IS NOT DISTINCT FROM t._load AND ((COALESCE(s._line > t._line, FALSE) OR (t._line IS NULL AND s._line IS NOT NULL)) OR (s._line IS NOT DISTINCT FROM t._line AND FALSE))))))))))
    MINUS SELECT * EXCLUDE (_event_id, _shard, _sequence, _accepted_at, _load, _line) FROM PEOPLE.CLEAN.people_history
  );
  MERGE INTO PEOPLE.CLEAN.people_history AS t USING (
    SELECT * FROM PEOPLE.CLEAN.RUN_PEOPLE_HISTORY
    WHERE event_id IS NOT NULL
    QUALIFY ROW_NUMBER() OVER (PARTITION BY event_id ORDER BY _accepted_at DESC NULLS LAST, _shard DESC NULLS LAST, _sequence DESC NULLS LAST, _load DESC NULLS LAST, _line DESC NULLS LAST) = 1
  ) AS s ON t.event_id = s.event_id
  WHEN MATCHED AND ((COALESCE(s._accepted_at > t._accepted_at, FALSE) OR (t._accepted_at IS NULL AND s._accepted_at IS NOT NULL)) OR (s._accepted_at IS NOT DISTINCT FROM t._accepted_at AND ((COALESCE(s._shard > t._shard, FALSE) OR (t._shard IS NULL AND s._shard IS NOT NULL)) OR (s._shard IS NOT DISTINCT FROM t._shard AND ((COALESCE(s._sequence > t._sequence, FALSE) OR (t._sequence IS NULL AND s._sequence IS NOT NULL)) OR (s._sequence IS NOT DISTINCT FROM t._sequence AND ((COALESCE(s._load > t._load, FALSE) OR (t._load IS NULL AND s._load IS NOT NULL)) OR (s._load IS NOT DISTINCT FROM t._load AND ((COALESCE(s._line > t._line, FALSE) OR (t._line IS NULL AND s._line IS NOT NULL)) OR (s._line IS NOT DISTINCT FROM t._line AND FALSE)))))))))) THEN UPDATE ALL BY NAME
  WHEN NOT MATCHED THEN INSERT ALL BY NAME;
  SELECT COUNT(*) - :before INTO :inserted FROM PEOPLE.CLEAN.people_history;
  SELECT :changed - :inserted INTO :updated;
  SELECT :rows_out - :inserted - :updated - :set_aside INTO :duplicates;
  SELECT IFF(:duplicates >= 0 AND :updated >= 0, 1, 0) INTO :held;
  IF (held = 0) THEN
    RAISE rule_0;
  END IF;
  INSERT INTO PEOPLE.CLEAN.ROW_COUNTS
    SELECT UUID_STRING(), 'people_history', :rows_in, :rows_out, :inserted, :updated, :duplicates, :set_aside,
      :started, CURRENT_TIMESTAMP()::TIMESTAMP_NTZ;
  COMMIT;
EXCEPTION
  WHEN OTHER THEN
    ROLLBACK;
    RAISE;
END;
$$;

ALTER TASK PEOPLE.CLEAN.REFRESH_PEOPLE_HISTORY RESUME;

CREATE TABLE IF NOT EXISTS PEOPLE.CLEAN.people AS
SELECT * FROM (
select id, name, age, sex, said_at as updated_at, _event_id, _shard, _sequence, _accepted_at, _load, _line
from PEOPLE.CLEAN.people_history as arrived
) AS run_out WHERE FALSE;

CREATE TABLE IF NOT EXISTS PEOPLE.CLEAN.RUN_PEOPLE AS
SELECT * FROM (
select id, name, age, sex, said_at as updated_at, _event_id, _shard, _sequence, _accepted_at, _load, _line
from PEOPLE.CLEAN.people_history as arrived
) AS run_out WHERE FALSE;

CREATE STREAM IF NOT EXISTS PEOPLE.CLEAN.NEW_PEOPLE_HISTORY_FOR_PEOPLE
  ON TABLE PEOPLE.CLEAN.people_history APPEND_ONLY = TRUE SHOW_INITIAL_ROWS = TRUE;

CREATE OR REPLACE TASK PEOPLE.CLEAN.REFRESH_PEOPLE
  WAREHOUSE = PEOPLE_WH
  SCHEDULE = '1 MINUTE'
  ALLOW_OVERLAPPING_EXECUTION = FALSE
  WHEN SYSTEM$STREAM_HAS_DATA('PEOPLE.CLEAN.NEW_PEOPLE_HISTORY_FOR_PEOPLE')
AS
EXECUTE IMMEDIATE $$
DECLARE
  started TIMESTAMP_NTZ;
  rows_in NUMBER;
  rows_out NUMBER;
  set_aside NUMBER;
  changed NUMBER;
  inserted NUMBER;
  updated NUMBER;
  duplicates NUMBER;
  before NUMBER;
  held NUMBER;
  rule_0 EXCEPTION (-20001, 'people does not hold: rows out = inserted + updated + duplicates + set aside');
BEGIN
  SELECT CURRENT_TIMESTAMP()::TIMESTAMP_NTZ INTO :started;
  BEGIN TRANSACTION;
  SELECT (SELECT COUNT(*) FROM PEOPLE.CLEAN.NEW_PEOPLE_HISTORY_FOR_PEOPLE) INTO :rows_in;
  DELETE FROM PEOPLE.CLEAN.RUN_PEOPLE;
  INSERT INTO PEOPLE.CLEAN.RUN_PEOPLE
select id, name, age, sex, said_at as updated_at, _event_id, _shard, _sequence, _accepted_at, _load, _line
from PEOPLE.CLEAN.NEW_PEOPLE_HISTORY_FOR_PEOPLE as arrived;
  SELECT COUNT(*), COUNT_IF(NOT (id IS NOT NULL)) INTO :rows_out, :set_aside FROM PEOPLE.CLEAN.RUN_PEOPLE;
  SELECT COUNT(*) INTO :before FROM PEOPLE.CLEAN.people;
  SELECT COUNT(*) INTO :changed FROM (
    SELECT s.* EXCLUDE (_event_id, _shard, _sequence, _accepted_at, _load, _line) FROM (
      SELECT * FROM PEOPLE.CLEAN.RUN_PEOPLE
      WHERE id IS NOT NULL
      QUALIFY ROW_NUMBER() OVER (PARTITION BY id ORDER BY _accepted_at DESC NULLS LAST, _shard DESC NULLS LAST, _sequence DESC NULLS LAST, _load DESC NULLS LAST, _line DESC NULLS LAST) = 1
    ) AS s LEFT JOIN PEOPLE.CLEAN.people AS t ON t.id = s.id
    WHERE t.id IS NULL OR ((COALESCE(s._accepted_at > t._accepted_at, FALSE) OR (t._accepted_at IS NULL AND s._accepted_at IS NOT NULL)) OR (s._accepted_at IS NOT DISTINCT FROM t._accepted_at AND ((COALESCE(s._shard > t._shard, FALSE) OR (t._shard IS NULL AND s._shard IS NOT NULL)) OR (s._shard IS NOT DISTINCT FROM t._shard AND ((COALESCE(s._sequence > t._sequence, FALSE) OR (t._sequence IS NULL AND s._sequence IS NOT NULL)) OR (s._sequence IS NOT DISTINCT FROM t._sequence AND ((COALESCE(s._load > t._load, FALSE) OR (t._load IS NULL AND s._load IS NOT NULL)) OR (s._load IS NOT DISTINCT FROM t._load AND ((COALESCE(s._line > t._line, FALSE) OR (t._line IS NULL AND s._line IS NOT NULL)) OR (s._line IS NOT DISTINCT FROM t._line AND FALSE))))))))))
    MINUS SELECT * EXCLUDE (_event_id, _shard, _sequence, _accepted_at, _load, _line) FROM PEOPLE.CLEAN.people
  );
  MERGE INTO PEOPLE.CLEAN.people AS t USING (
    SELECT * FROM PEOPLE.CLEAN.RUN_PEOPLE
    WHERE id IS NOT NULL
    QUALIFY ROW_NUMBER() OVER (PARTITION BY id ORDER BY _accepted_at DESC NULLS LAST, _shard DESC NULLS LAST, _sequence DESC NULLS LAST, _load DESC NULLS LAST, _line DESC NULLS LAST) = 1
  ) AS s ON t.id = s.id
  WHEN MATCHED AND ((COALESCE(s._accepted_at > t._accepted_at, FALSE) OR (t._accepted_at IS NULL AND s._accepted_at IS NOT NULL)) OR (s._accepted_at IS NOT DISTINCT FROM t._accepted_at AND ((COALESCE(s._shard > t._shard, FALSE) OR (t._shard IS NULL AND s._shard IS NOT NULL)) OR (s._shard IS NOT DISTINCT FROM t._shard AND ((COALESCE(s._sequence > t._sequence, FALSE) OR (t._sequence IS NULL AND s._sequence IS NOT NULL)) OR (s._sequence IS NOT DISTINCT FROM t._sequence AND ((COALESCE(s._load > t._load, FALSE) OR (t._load IS NULL AND s._load IS NOT NULL)) OR (s._load IS NOT DISTINCT FROM t._load AND ((COALESCE(s._line > t._line, FALSE) OR (t._line IS NULL AND s._line IS NOT NULL)) OR (s._line IS NOT DISTINCT FROM t._line AND FALSE)))))))))) THEN UPDATE ALL BY NAME
  WHEN NOT MATCHED THEN INSERT ALL BY NAME;
  SELECT COUNT(*) - :before INTO :inserted FROM PEOPLE.CLEAN.people;
  SELECT :changed - :inserted INTO :updated;
  SELECT :rows_out - :inserted - :updated - :set_aside INTO :duplicates;
  SELECT IFF(:duplicates >= 0 AND :updated >= 0, 1, 0) INTO :held;
  IF (held = 0) THEN
    RAISE rule_0;
  END IF;
  INSERT INTO PEOPLE.CLEAN.ROW_COUNTS
    SELECT UUID_STRING(), 'people', :rows_in, :rows_out, :inserted, :updated, :duplicates, :set_aside,
      :started, CURRENT_TIMESTAMP()::TIMESTAMP_NTZ;
  COMMIT;
EXCEPTION
  WHEN OTHER THEN
    ROLLBACK;
    RAISE;
END;
$$;

ALTER TASK PEOPLE.CLEAN.REFRESH_PEOPLE RESUME;

CREATE OR REPLACE VIEW PEOPLE.CLEAN.people_versions AS
select
  id,
  row_number() over (partition by id order by valid_from, shard, sequence) as version,
  name,
  age,
  sex,
  valid_from,
  lead(valid_from) over (partition by id order by valid_from, shard, sequence) as valid_to,
  lead(valid_from) over (partition by id order by valid_from, shard, sequence) is null as is_current
from (
  select
    id,
    name,
    age,
    sex,
    said_at as valid_from,
    _shard as shard,
    _sequence as sequence,
    row_number() over (partition by id order by said_at, _shard, _sequence) as nth,
    lag(name) over (partition by id order by said_at, _shard, _sequence) as name_before,
    lag(age) over (partition by id order by said_at, _shard, _sequence) as age_before,
    lag(sex) over (partition by id order by said_at, _shard, _sequence) as sex_before
  from PEOPLE.CLEAN.people_history
) as said
where
  nth = 1
  or name is distinct from name_before
  or age is distinct from age_before
  or sex is distinct from sex_before;

-- people, plan HASH: what the pipes and models are doing.
-- Run as PEOPLE_OWNER: snow sql -f 06_look.sql

USE ROLE PEOPLE_OWNER;

SELECT SYSTEM$PIPE_STATUS('PEOPLE.RAW.LOAD_PEOPLE');

SHOW PIPES IN SCHEMA PEOPLE.RAW;

SELECT * FROM TABLE(INFORMATION_SCHEMA.COPY_HISTORY(
  TABLE_NAME => 'PEOPLE.RAW.raw_people', START_TIME => DATEADD(HOUR, -24, CURRENT_TIMESTAMP())));

ALTER PIPE PEOPLE.RAW.LOAD_PEOPLE REFRESH;

SELECT * FROM PEOPLE.CLEAN.ROW_COUNTS ORDER BY finished DESC LIMIT 20;
