"""What fakesnow lacks or does otherwise than Snowflake, put right for whoever serves it.

COPY with `$1` and METADATA$FILE_ROW_NUMBER over CSV, over lines and over Parquet, ZSTD, stages over buckets, MD5_NUMBER_LOWER64,
exact sums; and values as the JSON of Snowflake's answers has them.
"""

import datetime
import decimal
import os
import re
import tempfile
import threading
from urllib.parse import urlparse

import boto3
import sqlglot
from fakesnow import copy_into, transforms
from fakesnow.cursor import FakeSnowflakeCursor

copying = threading.local()


def read_csv(self, url):
    """fakesnow guesses the types of a file's columns; Snowflake's stay texts until something casts them."""
    lines = str(self.sep).upper() == "NONE"
    quote = "" if lines else (self.quote or "").replace("'", "''")
    columns = ", ".join(f"'c{at + 1}': 'VARCHAR'" for at in range(copying.columns))
    compression = "zstd" if copying.zstd else self.compression
    packing = f", compression = '{compression}'" if compression else ""
    escape = quote if quote else ""
    nulls = "'\x02'" if lines else "''"
    text = (
        f"SELECT * FROM read_csv('{url}', auto_detect = false, header = false, skip = {self.skip_header}, "
        f"delim = '{chr(1) if lines else self.sep}', quote = '{quote}', escape = '{escape}', nullstr = {nulls}, "
        f"allow_quoted_nulls = false, max_line_size = 8388608, parallel = false, columns = {{{columns}}}{packing})"
    )
    return sqlglot.parse_one(text, read="duckdb").args["from_"].this.this


copy_into.ReadCSV.read_expression = read_csv


def read_parquet(self, url):
    """A row of Parquet is one value, `$1`, of which COPY takes what it wants."""
    text = f"SELECT * FROM (SELECT to_json(row) AS c1 FROM read_parquet('{url}') AS row) AS rows_of_file"
    return sqlglot.parse_one(text, read="duckdb").args["from_"].this


copy_into.ReadParquet.read_expression = read_parquet

whole_source_urls = copy_into._source_urls


def source_urls(source, files):
    """FILES of an internal stage, whose place is a folder and no address; those of a bucket come by AWS's own client."""
    if source.startswith("/") and files:
        return [f"{source.rstrip('/')}/{one}" for one in files]
    urls = whole_source_urls(source, files)
    return [fetched(one) if one.startswith("s3://") else one for one in urls]


fetched_files = tempfile.TemporaryDirectory()


def fetched(url):
    place = urlparse(url)
    path = os.path.join(fetched_files.name, place.path.rsplit("/", 1)[-1])
    boto3.client("s3").download_file(place.netloc, place.path.lstrip("/"), path)
    return path


copy_into._source_urls = source_urls

# It sums what it has no type for as doubles; Snowflake's NUMBER is exact.
transforms.numeric_agg_implicit_cast = lambda expression: expression

whole_transform = sqlglot.exp.Expression.transform


def transform_in_place(self, change, *rest, **named):
    """fakesnow changes a statement in seventy steps and copies it before each: minutes for a table of 478 columns."""
    return whole_transform(self, change, *rest, **{**named, "copy": False})


sqlglot.exp.Expression.transform = transform_in_place


def for_fakesnow(sql):
    if not re.match(r"\s*COPY\s+INTO", sql, re.IGNORECASE):
        return sql
    places = [int(at) for at in re.findall(r"\$(\d+)", sql)]
    copying.columns = max(places, default=1)
    # It takes GZIP and NONE, and calls the rest AUTO.
    sql, zstd = re.subn(r"COMPRESSION\s*=\s*ZSTD", "COMPRESSION = AUTO", sql, flags=re.IGNORECASE)
    copying.zstd = zstd > 0
    sql = re.sub(r"METADATA\$FILE_ROW_NUMBER", "ROW_NUMBER() OVER ()", sql, flags=re.IGNORECASE)
    return re.sub(r"\$(\d+)", r"c\1", sql)


whole_execute = FakeSnowflakeCursor.execute


def execute(self, command, *rest, **named):
    return whole_execute(self, for_fakesnow(command), *rest, **named)


FakeSnowflakeCursor.execute = execute


def add_functions(duck):
    duck.execute("CREATE OR REPLACE TEMP MACRO m_d5_number_lower64(v) AS CAST('0x' || substr(md5(v), 17) AS UBIGINT)")


def cell(value, kind):
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=datetime.timezone.utc)
        since = aware - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
        micros = since // datetime.timedelta(microseconds=1)
        seconds = f"{'-' if micros < 0 else ''}{abs(micros) // 1000000}.{abs(micros) % 1000000 * 1000:09d}"
        return f"{seconds} 1440" if kind == "timestamp_tz" else seconds
    if isinstance(value, datetime.date):
        return str((value - datetime.date(1970, 1, 1)).days)
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).hex().upper()
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, float):
        return repr(value)
    return str(value)
