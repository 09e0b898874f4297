import { PanelLeftClose, PanelLeftOpen, PanelRightClose, PanelRightOpen } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { Group, Panel, Separator, useDefaultLayout, usePanelRef } from "react-resizable-panels";
import { IconButton } from "@/components/ui/icon-button";
import { TabPanel, Tabs } from "@/components/ui/tabs";
import { cn } from "@/lib/cn";
import { useShortcut } from "@/lib/shortcuts";
import { useIsDesk } from "./use-is-desk";

export interface PanelsProps {
  sources: ReactNode;
  chat: ReactNode;
  viewer: ReactNode;
  /** What is shown beside the chat; a new value brings the viewer forward. */
  openedKey: string | null;
}

const NAMES = { sources: "Sources", chat: "Chat", viewer: "Source" } as const;
type Name = keyof typeof NAMES;
const IDS: Name[] = ["sources", "chat", "viewer"];

export default function Panels(props: PanelsProps) {
  return useIsDesk() ? <SideBySide {...props} /> : <OneAtATime {...props} />;
}

/** On small screens. */
function OneAtATime({ openedKey, ...panels }: PanelsProps) {
  const [shown, setShown] = useState<Name>(openedKey ? "viewer" : "chat");
  const [seenKey, setSeenKey] = useState(openedKey);
  if (seenKey !== openedKey) {
    setSeenKey(openedKey);
    setShown(openedKey ? "viewer" : "chat");
  }
  return (
    <Tabs
      label="Parts of the page"
      value={shown}
      onChange={setShown}
      tabs={IDS.map((value) => ({ value, label: NAMES[value] }))}
      className="flex min-h-0 flex-1 flex-col"
    >
      {IDS.map((name) => (
        <TabPanel key={name} value={name} className="min-h-0 flex-1">
          {panels[name]}
        </TabPanel>
      ))}
    </Tabs>
  );
}

function SideBySide({ openedKey, sources, chat, viewer }: PanelsProps) {
  const layout = useDefaultLayout({ id: "research-panels", panelIds: IDS, storage: localStorage });
  const refs = { sources: usePanelRef(), chat: usePanelRef(), viewer: usePanelRef() };
  const [collapsed, setCollapsed] = useState<Record<Name, boolean>>({
    sources: false,
    chat: false,
    viewer: false,
  });
  const toggle = (name: Name) => {
    const panel = refs[name].current;
    if (panel?.isCollapsed()) panel.expand();
    else panel?.collapse();
  };
  const viewerRef = refs.viewer;
  useEffect(() => {
    if (openedKey) viewerRef.current?.expand();
  }, [openedKey, viewerRef]);
  useShortcut({
    keys: "[",
    label: "Show or hide the sources",
    group: "Research",
    run: () => toggle("sources"),
  });
  useShortcut({
    keys: "]",
    label: "Show or hide the source beside the chat",
    group: "Research",
    run: () => toggle("viewer"),
  });
  const sizes = { sources: "22%", chat: "43%", viewer: "35%" }; // without a unit the first frame has other widths
  const least = { sources: 220, chat: 340, viewer: 320 };
  const bodies = { sources, chat, viewer };
  return (
    <Group {...layout} className="min-h-0 flex-1">
      {IDS.flatMap((name, index) => [
        ...(index > 0
          ? [
              <Separator
                key={`${name}-edge`}
                className="w-px bg-line outline-offset-0 transition-colors hover:bg-accent data-[separator=active]:bg-accent"
              />,
            ]
          : []),
        <Panel
          key={name}
          id={name}
          panelRef={refs[name]}
          defaultSize={sizes[name]}
          minSize={least[name]}
          collapsible
          collapsedSize={44}
          onResize={({ inPixels }) => {
            const isSmall = inPixels <= 48;
            setCollapsed((before) => (before[name] === isSmall ? before : { ...before, [name]: isSmall }));
          }}
        >
          <Collapsible name={name} isCollapsed={collapsed[name]} onToggle={() => toggle(name)}>
            {bodies[name]}
          </Collapsible>
        </Panel>,
      ])}
    </Group>
  );
}

interface CollapsibleProps {
  name: Name;
  isCollapsed: boolean;
  onToggle: () => void;
  children: ReactNode;
}

/** A panel, or the strip that is left of it; what is in it stays mounted. */
function Collapsible({ name, isCollapsed, onToggle, children }: CollapsibleProps) {
  return (
    <section aria-label={NAMES[name]} className="relative flex h-full min-h-0 flex-col bg-canvas">
      {isCollapsed ? <Strip name={name} onToggle={onToggle} /> : <Head name={name} onToggle={onToggle} />}
      <div className={cn("min-h-0 flex-1", isCollapsed && "hidden")}>{children}</div>
    </section>
  );
}

type EdgeProps = Pick<CollapsibleProps, "name" | "onToggle">;

function Strip({ name, onToggle }: EdgeProps) {
  const Open = name === "viewer" ? PanelRightOpen : PanelLeftOpen;
  return (
    <div className="flex h-full flex-col items-center gap-3 py-2">
      <IconButton size="small" label={`Show ${NAMES[name].toLowerCase()}`} onClick={onToggle}>
        <Open aria-hidden />
      </IconButton>
      <span className="font-medium text-muted [writing-mode:vertical-rl]">{NAMES[name]}</span>
    </div>
  );
}

/** The viewer has tabs in its place, which leave room for the button. */
function Head({ name, onToggle }: EdgeProps) {
  const isViewer = name === "viewer";
  const Close = isViewer ? PanelRightClose : PanelLeftClose;
  return (
    <header
      className={cn(
        "flex items-center pe-1",
        isViewer ? "absolute end-0 top-1.5 z-10" : "h-9 shrink-0 border-line border-b bg-surface ps-3",
      )}
    >
      <h2 className={isViewer ? "sr-only" : "font-medium text-muted text-xs"}>{NAMES[name]}</h2>
      <IconButton
        size="small"
        label={`Hide ${NAMES[name].toLowerCase()}`}
        className="ms-auto"
        onClick={onToggle}
      >
        <Close aria-hidden />
      </IconButton>
    </header>
  );
}
