/** A titled box, which every part of the page sits in, and what it shows while there is nothing. */

import type { ComponentChildren } from "preact";

export interface PanelProps {
  readonly id: string;
  readonly title: string;
  /** Beside the title. */
  readonly note?: ComponentChildren;
  /** At the far end of the title's line. */
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}

export function Panel({ id, title, note, actions, children }: PanelProps): ComponentChildren {
  return (
    <section class="panel" id={id} aria-labelledby={`${id}-title`}>
      <header class="panel-head">
        <h2 id={`${id}-title`}>{title}</h2>
        {note === undefined ? undefined : <span class="note">{note}</span>}
        {actions === undefined ? undefined : <span class="actions">{actions}</span>}
      </header>
      {children}
    </section>
  );
}

export function Empty({ children }: { readonly children: ComponentChildren }): ComponentChildren {
  return <p class="empty">{children}</p>;
}

/** Rows that may be wider than the screen; keyboards can scroll them. */
export function Scroll(props: {
  readonly label: string;
  readonly children: ComponentChildren;
}): ComponentChildren {
  return (
    <div class="scroll" role="region" aria-label={props.label} tabIndex={0}>
      {props.children}
    </div>
  );
}
