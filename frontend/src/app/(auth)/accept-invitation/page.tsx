import type { Metadata } from "next";
import { AcceptInvitation } from "@/features/auth/accept-invitation";

export const metadata: Metadata = { title: "Accept an invitation" };

export default function Page() {
  return <AcceptInvitation />;
}
