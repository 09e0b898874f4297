"use client";

import { useAddress } from "../address";
import { Passages } from "../passages";
import { SearchField } from "../search-field";

export function SearchPanel({ documentId }: { documentId: string }) {
  const [{ q }, setAddress] = useAddress();
  return (
    <div className="p-4">
      <SearchField label="Search in this document" value={q} onSearch={(typed) => setAddress({ q: typed })} />
      <Passages documentId={documentId} className="mt-4" />
    </div>
  );
}
