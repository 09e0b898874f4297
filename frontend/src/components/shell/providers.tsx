"use client";

import { type QueryClient, QueryClientProvider } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { ThemeProvider } from "next-themes";
import { type ReactNode, useState } from "react";
import { session } from "@/lib/api/session";
import { meOptions } from "@/lib/api/use-session";
import { makeQueryClient } from "@/lib/query-client";
import { NewVersion } from "./new-version";

const Toaster = dynamic(() => import("@/components/ui/toaster"), { ssr: false });

export function Providers({ children }: { children: ReactNode }) {
  const [queries] = useState(queriesOfSession);
  return (
    <ThemeProvider attribute="class" disableTransitionOnChange>
      <QueryClientProvider client={queries}>
        {children}
        <NewVersion />
        <Toaster />
      </QueryClientProvider>
    </ThemeProvider>
  );
}

function queriesOfSession(): QueryClient {
  const queries = makeQueryClient();
  session.onGrant((user) => queries.setQueryData(meOptions.queryKey, user));
  return queries;
}
