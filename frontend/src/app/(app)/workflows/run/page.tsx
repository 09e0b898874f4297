import type { Metadata } from "next";
import { RunPage } from "@/features/workflows/run/run-page";

export const metadata: Metadata = { title: "Workflow run" };

export default function Page() {
  return <RunPage />;
}
