import { PanelLeftClose, PanelLeftOpen, PanelRightClose, PanelRightOpen } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { Group, Panel, Separator, useDefaultLayout, usePanelRef } from "react-resizable-panels";
import { IconButton } from "@/components/ui/icon-button";
import { TabPanel, Tabs } from "@/components/ui/tabs";
import { cn } from "@/lib/cn";
import { useShortcut } from "@/lib/shortcuts";
import { useIsDesk } from "./use-is-desk";
import { useTabFocus } from "./use-tab-focus";

export interface PanelsProps {
  sources: ReactNode;
  chat: ReactNode;
  viewer: ReactNode;
  /** What is shown beside the chat; a new value brings the viewer forward. */
  openedKey: string | null;
  /** How often it was asked for otherwise; one more brings it forward too. */
  calls: number;
}

const NAMES = { sources: "Sources", chat: "Chat", viewer: "Source, notes, results" } as const;
type Name = keyof typeof NAMES;
const IDS: Name[] = ["sources", "chat", "viewer"];

export default function Panels(props: PanelsProps) {
  return useIsDesk() ? <SideBySide {...props} /> : <OneAtATime {...props} />;
}

/** On small screens. */
function OneAtATime({ openedKey, calls, ...panels }: PanelsProps) {
  const [shown, setShown] = useState<Name>(openedKey || calls > 0 ? "viewer" : "chat");
  const [seen, setSeen] = useState({ openedKey, calls });
  if (seen.openedKey !== openedKey || seen.calls !== calls) {
    setSeen({ openedKey, calls });
    setShown(openedKey || seen.calls !== calls ? "viewer" : "chat");
  }
  const box = useTabFocus(shown, calls);
  return (
    <div ref={box} className="flex min-h-0 flex-1 flex-col">
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
    </div>
  );
}

const SIZES = { sources: "22%", chat: "43%", viewer: "35%" }; // without a unit the first frame has other widths
const LEAST = { sources: 220, chat: 340, viewer: 320 };
const STRIP = 44;

function SideBySide({ openedKey, calls, ...panels }: PanelsProps) {
  const layout = useDefaultLayout({ id: "research-panels", panelIds: IDS, storage: localStorage });
  const { refs, collapsed, toggle, resized } = useCollapsing(openedKey, calls);
  return (
    <Group {...layout} className="min-h-0 flex-1">
      {IDS.flatMap((name, index) => [
        ...(index > 0 ? [<Edge key={`${name}-edge`} />] : []),
        <Panel
          key={name}
          id={name}
          panelRef={refs[name]}
          defaultSize={SIZES[name]}
          minSize={LEAST[name]}
          collapsible
          collapsedSize={STRIP}
          onResize={({ inPixels }) => resized(name, inPixels)}
        >
          <Collapsible name={name} isCollapsed={collapsed[name]} onToggle={() => toggle(name)}>
            {panels[name]}
          </Collapsible>
        </Panel>,
      ])}
    </Group>
  );
}

function Edge() {
  return (
    <Separator className="w-px bg-line outline-offset-0 transition-colors hover:bg-accent data-[separator=active]:bg-accent" />
  );
}

/** Which panels are strips: by hand, by key, and by how narrow they were drawn. What is opened shows the viewer. */
function useCollapsing(openedKey: string | null, calls: number) {
  const refs = { sources: usePanelRef(), chat: usePanelRef(), viewer: usePanelRef() };
  const [collapsed, setCollapsed] = useState({ sources: false, chat: false, viewer: false });
  const toggle = (name: Name) => {
    const panel = refs[name].current;
    if (panel?.isCollapsed()) panel.expand();
    else panel?.collapse();
  };
  const resized = (name: Name, pixels: number) => {
    const isSmall = pixels <= STRIP + 4; // of rounding
    setCollapsed((before) => (before[name] === isSmall ? before : { ...before, [name]: isSmall }));
  };
  const viewerRef = refs.viewer;
  useEffect(() => {
    if (openedKey) viewerRef.current?.expand();
  }, [openedKey, viewerRef]);
  useEffect(() => {
    if (calls > 0) viewerRef.current?.expand();
  }, [calls, viewerRef]);
  const group = "Research";
  useShortcut({ keys: "[", label: "Show or hide the sources", group, run: () => toggle("sources") });
  useShortcut({
    keys: "]",
    label: "Show or hide what is beside the chat",
    group,
    run: () => toggle("viewer"),
  });
  return { refs, collapsed, toggle, resized };
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
