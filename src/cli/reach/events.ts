/** Server-sent events, read from chunks of any size. */

export interface ServerEvent {
  /** "message" when the server named none. */
  readonly name: string;
  readonly data: string;
}

const EVENT_CHARS_MAX = 16 * 1_048_576;

/** The events of a text/event-stream. Comments, ids and retry hints are passed over. */
export async function* readEvents(chunks: AsyncIterable<Buffer>): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder();
  let rest = "";
  let name = "";
  let data: string[] = [];
  for await (const chunk of chunks) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line !== "") {
        const [field, value] = splitField(line);
        name = field === "event" ? value : name;
        data = field === "data" ? [...data, value] : data;
        continue;
      }
      if (data.length > 0) {
        yield { name: name === "" ? "message" : name, data: data.join("\n") };
      }
      name = "";
      data = [];
    }
    // An event of this size is nobody's; dropping it bounds what a broken server can make us hold.
    rest = rest.length > EVENT_CHARS_MAX ? "" : rest;
  }
}

function splitField(line: string): [string, string] {
  const colon = line.indexOf(":");
  if (colon === -1) {
    return [line, ""];
  }
  const value = line.slice(colon + 1);
  return [line.slice(0, colon), value.startsWith(" ") ? value.slice(1) : value];
}
