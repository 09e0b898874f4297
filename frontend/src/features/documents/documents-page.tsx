"use client";

import { useRef } from "react";
import { useAddress } from "./address";
import { Library } from "./library";
import { DocumentView } from "./view/document-view";

export function DocumentsPage() {
  const [{ id }] = useAddress();
  const scrolledTo = useRef(0);
  return id ? <DocumentView key={id} documentId={id} /> : <Library scrolledTo={scrolledTo} />;
}
