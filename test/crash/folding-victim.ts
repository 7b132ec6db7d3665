/** A process to be killed: folds manifests, and kills itself at a named step. */

import { Folding } from "../../src/stages/lake/index.ts";
import { openFolderStore } from "../../src/stages/lake/folder/store.ts";
import { SMALL, STREAM } from "../../src/stages/lake/folds/manifests.fixture.ts";

const [folder = "", step = "", after = "0", cuts = "0"] = process.argv.slice(2);

await using store = await openFolderStore({ folder, writes: true });
let seen = 0;
const folding = new Folding({
  store,
  limits: SMALL,
  onStep: (at) => {
    seen += at === step ? 1 : 0;
    if (seen > Number(after)) {
      process.kill(process.pid, "SIGKILL");
    }
  },
});
while (await folding.turn(STREAM, Number(cuts))) {
  // There is another run at once.
}
console.log("folded");
