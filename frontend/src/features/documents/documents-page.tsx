"use client";

import dynamic from "next/dynamic";
import { useRef } from "react";
import { Page } from "@/components/shell/page";
import { Loading, SkeletonRows } from "@/components/ui/skeleton";
import { usePreload } from "@/lib/when-idle";
import { useAddress } from "./address";
import { Library } from "./library";

const loadView = () => import("./view/document-view").then(({ DocumentView }) => DocumentView);
const DocumentView = dynamic(loadView, {
  ssr: false,
  loading: () => (
    <Page title="Document">
      <Loading label="Loading the document">
        <SkeletonRows rows={8} />
      </Loading>
    </Page>
  ),
});

export function DocumentsPage() {
  const [{ id }] = useAddress();
  usePreload(loadView);
  const scrolledTo = useRef(0);
  return id ? <DocumentView key={id} documentId={id} /> : <Library scrolledTo={scrolledTo} />;
}
