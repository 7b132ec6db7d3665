/** The page: every panel in its order, fed by one connection. */

import { render, type ComponentChildren } from "preact";
import { connection, history, locked, startFeed, status } from "./live/feed.ts";
import { MarketPanels } from "./market/panels.tsx";
import { Banners } from "./panels/banners.tsx";
import { Header } from "./panels/header.tsx";
import { Journey } from "./panels/journey.tsx";
import { Letters } from "./panels/letters.tsx";
import { Login } from "./panels/login.tsx";
import { Models } from "./panels/models.tsx";
import { Pulse } from "./panels/pulse.tsx";
import { Sources } from "./panels/sources.tsx";
import { Streams } from "./panels/streams.tsx";
import { Tail } from "./panels/events/tail.tsx";
import { TryIt } from "./panels/events/try-it.tsx";
import { Where } from "./panels/events/where.tsx";

function Page(): ComponentChildren {
  const now = status.value;
  if (locked.value) {
    return (
      <div class="page">
        <Header status={undefined} connection={{ state: "locked" }} />
        <main>
          <h1 class="unseen">Millrace: a key is needed</h1>
          <Login />
        </main>
      </div>
    );
  }
  return (
    <div class={`page ${connection.value.state === "lost" ? "stale" : ""}`}>
      <Header status={now} connection={connection.value} />
      <main>
        <h1 class="unseen">{now === undefined ? "Millrace" : now.pipeline}: the journey, live</h1>
        <Banners status={now} connection={connection.value} />
        <Journey status={now} history={history.value} />
        <Pulse />
        <MarketPanels />
        <div class="columns">
          <div class="stack">
            <Streams status={now} history={history.value} />
            <Sources status={now} />
          </div>
          <div class="stack">
            <Letters status={now} />
            <Models status={now} />
          </div>
        </div>
        <div class="columns">
          <div class="stack">
            <Tail />
            <Where />
          </div>
          <TryIt />
        </div>
      </main>
      <Footer />
    </div>
  );
}

function Footer(): ComponentChildren {
  const now = status.value;
  return (
    <footer class="footer">
      <span>
        Millrace {now?.version}
        {now === undefined ? "" : ` · plan ${now.planHash.slice(0, 12)} · data in ${now.data}`}
      </span>
      <span class="links">
        <a href="/docs">API</a>
        <a href="/v1/status">Status</a>
        <a href="/metrics">Metrics</a>
        <a href="https://www.tradingview.com/">Price charts by TradingView Lightweight Charts™</a>
        <a href="/assets/licences.txt">Licences</a>
      </span>
    </footer>
  );
}

const home = document.getElementById("page");
if (home !== null) {
  startFeed();
  render(<Page />, home);
}
