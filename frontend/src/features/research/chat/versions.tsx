import { ChevronLeft, ChevronRight } from "lucide-react";
import { IconButton } from "@/components/ui/icon-button";

interface VersionsProps {
  /** "answer" or "question". */
  noun: string;
  id: string;
  versions: readonly string[];
  onChoose: (id: string) => void;
}

/** Goes through what was asked or answered in the same place; nothing while there is one version. */
export function Versions({ noun, id, versions, onChoose }: VersionsProps) {
  const place = versions.indexOf(id);
  const [before, after] = [versions[place - 1], versions[place + 1]];
  if (versions.length < 2) return null;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form
    <div role="group" aria-label={`Versions of this ${noun}`} className="flex items-center text-muted">
      <IconButton
        size="small"
        label={`Earlier ${noun}`}
        disabled={!before}
        onClick={() => before && onChoose(before)}
      >
        <ChevronLeft aria-hidden />
      </IconButton>
      <span className="text-[0.8125rem] tabular-nums">
        {place + 1}/{versions.length}
      </span>
      <IconButton
        size="small"
        label={`Later ${noun}`}
        disabled={!after}
        onClick={() => after && onChoose(after)}
      >
        <ChevronRight aria-hidden />
      </IconButton>
    </div>
  );
}
