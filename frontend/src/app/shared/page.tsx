import type { Metadata } from "next";
import { SharedPage } from "@/features/shared/shared-page";

export const metadata: Metadata = {
  title: "A shared conversation",
  robots: { index: false, follow: false },
  referrer: "no-referrer",
};

export default function Page() {
  return <SharedPage />;
}
