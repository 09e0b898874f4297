import { type ReactNode, Suspense } from "react";
import { Shell } from "@/components/shell/shell";
import { Loading, SkeletonRows } from "@/components/ui/skeleton";

export default function AppLayout({ children }: { children: ReactNode }) {
  return (
    <Shell>
      <Suspense
        fallback={
          <Loading label="Loading the page">
            <SkeletonRows />
          </Loading>
        }
      >
        {children}
      </Suspense>
    </Shell>
  );
}
