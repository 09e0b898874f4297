import { CircleAlert, CircleCheck, Clock, LoaderCircle } from "lucide-react";
import type { StatusLook } from "@/components/ui/status";
import type { Schemas } from "@/lib/api/client";

export const documentStatus = {
  pending: { label: "Waiting", tone: "muted", icon: Clock },
  processing: { label: "Being read", tone: "info", icon: LoaderCircle, isMoving: true },
  completed: { label: "Ready", tone: "good", icon: CircleCheck },
  failed: { label: "Not readable", tone: "bad", icon: CircleAlert },
} satisfies Record<Schemas["DocumentStatus"], StatusLook>;

const STAGES: Record<string, string> = {
  queued: "Waiting for its turn",
  reading: "Reading the pages",
  indexing: "Making it searchable",
  embedding: "Making it searchable by meaning",
};

/** What it is at, in words; a stage that is new here is told as it is. */
export function stageInWords(stage: string): string {
  return STAGES[stage] ?? stage;
}

export function isUnderWay({ processing }: Schemas["DocumentOut"]): boolean {
  return processing.status === "pending" || processing.status === "processing";
}
