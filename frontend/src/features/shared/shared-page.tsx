"use client";

import { Link2Off } from "lucide-react";
import type { ReactNode } from "react";
import { Wordmark } from "@/components/shell/wordmark";
import { ErrorBox } from "@/components/ui/error-box";
import { Loading, SkeletonRows } from "@/components/ui/skeleton";
import { asProblem } from "@/lib/api/problem";
import { useLinkToken } from "./link-token";
import { SharedConversation } from "./shared-conversation";
import { useShared } from "./use-shared";

/** What somebody without an account sees who was given a link. */
export function SharedPage() {
  const token = useLinkToken();
  return (
    <div className="min-h-dvh">
      <header className="border-line border-b">
        <div className="mx-auto flex max-w-3xl items-center gap-3 px-4 py-3">
          <Wordmark />
          <span className="ms-auto text-muted">Read only</span>
        </div>
      </header>
      <main id="main" className="mx-auto max-w-3xl px-4 py-6">
        {token === null && (
          <Closed title="This link is not complete">
            Its last part is missing, from the # on. Copy the whole of it into the address bar.
          </Closed>
        )}
        {token && <Shared key={token} token={token} />}
      </main>
    </div>
  );
}

/** What the API says of a link that is none, alike whatever the reason. */
const CLOSED = [404, 422];

function Shared({ token }: { token: string }) {
  const shared = useShared(token);
  if (shared.isError && CLOSED.includes(asProblem(shared.error).status)) {
    return (
      <Closed title="There is nothing at this link">
        It has expired, it was taken back, or it is mistyped. Ask whoever sent it to you for a new one.
      </Closed>
    );
  }
  return (
    <>
      {shared.isPending && (
        <Loading label="Loading the conversation">
          <SkeletonRows className="px-0" />
        </Loading>
      )}
      {shared.data && <SharedConversation pages={shared.data.pages} list={shared} />}
      {shared.isError && (
        <>
          {!shared.data && <h1 className="sr-only">A shared conversation</h1>}
          <ErrorBox
            error={shared.error}
            what="The conversation could not be loaded"
            onRetry={() => (shared.data ? shared.fetchNextPage() : shared.refetch())}
          />
        </>
      )}
    </>
  );
}

function Closed({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="flex flex-col items-start gap-3 py-10">
      <Link2Off aria-hidden className="size-6 text-muted" />
      <h1 className="font-semibold text-2xl tracking-tight">{title}</h1>
      <p className="text-muted">{children}</p>
    </section>
  );
}
