/** The style and the script of the API reference: small enough to stand here, served from the page's own host. */

export const DOCS_CSS = `:root{color-scheme:light dark;--line:light-dark(#d5d9de,#3a4048);--soft:light-dark(#5b6470,#a3acb8);--ground:light-dark(#fff,#15181c);--raised:light-dark(#f5f6f8,#1d2127);--blue:light-dark(#0b57a4,#7db8f5);--green:light-dark(#17692f,#7fd396)}
*{box-sizing:border-box}body{margin:0 auto;max-width:60rem;padding:1rem;font:16px/1.5 system-ui,sans-serif;background:var(--ground);color:light-dark(#16191d,#e8ebee)}
a{color:var(--blue)}nav{display:flex;flex-wrap:wrap;gap:.75rem;margin-top:1rem}h1,h2{line-height:1.2}
details{border:1px solid var(--line);border-radius:6px;margin:.5rem 0;padding:0 .75rem;background:var(--raised)}summary{padding:.6rem 0;cursor:pointer;overflow-wrap:anywhere}
summary b{font:600 .8rem ui-monospace,monospace;color:var(--blue)}summary b{display:inline-block;min-width:3.6rem}summary span{margin-left:.5rem}summary b.post{color:var(--green)}summary span,small{color:var(--soft)}code,textarea,output{font-family:ui-monospace,monospace;font-size:.875rem}
label{display:block;margin:.5rem 0}input,textarea{display:block;width:100%;padding:.4rem;font:inherit;border:1px solid var(--line);border-radius:4px;background:var(--ground);color:inherit}
textarea{font:.875rem/1.5 ui-monospace,monospace}button{font:inherit;padding:.4rem 1rem;border:1px solid var(--blue);border-radius:4px;background:var(--blue);color:var(--ground);cursor:pointer}
output{display:block;white-space:pre-wrap;overflow-wrap:anywhere;max-height:24rem;overflow:auto;margin:.5rem 0}table{border-collapse:collapse;margin:.5rem 0 1rem}caption{text-align:left;color:var(--soft)}th,td{text-align:left;vertical-align:top;padding:.2rem .75rem .2rem 0}
`;

export const DOCS_JS = `"use strict";
const SHOWN_CHARS = 20000;
document.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const output = form.querySelector("output");
  const query = new URLSearchParams();
  const headers = {};
  let path = form.dataset.path;
  for (const input of form.querySelectorAll("input")) {
    if (input.dataset.in === "path") path = path.replace("{" + input.name + "}", encodeURIComponent(input.value));
    else if (input.value !== "" && input.dataset.in === "query") query.append(input.name, input.value);
    else if (input.value !== "") headers[input.name] = input.value;
  }
  const key = document.getElementById("key").value;
  if (key !== "") headers.authorization = "Bearer " + key;
  const area = form.querySelector("textarea");
  if (area !== null) headers["content-type"] = "application/json";
  output.textContent = "…";
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), 15000);
  try {
    const search = query.size === 0 ? "" : "?" + query;
    const answer = await fetch(path + search, { method: form.dataset.method, headers, body: area?.value, signal: stop.signal });
    const text = await answer.text();
    output.textContent = answer.status + " " + answer.statusText + "\\n" + text.slice(0, SHOWN_CHARS);
  } catch (thrown) {
    output.textContent = String(thrown);
  } finally {
    clearTimeout(timer);
  }
});
`;
