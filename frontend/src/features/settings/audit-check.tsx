"use client";

import { useMutation } from "@tanstack/react-query";
import { Button } from "@/components/ui/button";
import { toast } from "@/components/ui/toast";
import { api, unwrap } from "@/lib/api/client";
import { plural } from "@/lib/format";

async function verifyAll() {
  let rows = 0;
  for (let from: number | null = null; ; ) {
    const query: { from_seq?: number } = from === null ? {} : { from_seq: from };
    const part = await unwrap(api.GET("/api/v1/audit/verify", { params: { query } }));
    rows += part.rows_checked;
    if (!part.verified || part.next_seq === null) return { ...part, rows };
    from = part.next_seq;
  }
}

/** Follows the chain of the whole record, however many calls it takes. */
export function AuditCheck() {
  const check = useMutation({
    mutationFn: verifyAll,
    onSuccess: ({ verified, rows, first_bad }) => {
      if (verified)
        return void toast.done(`${plural(rows, "line")} checked: the record is as it was written`);
      const where = first_bad ? `Line ${first_bad.seq}: ${first_bad.reason}` : "It is not known where.";
      void toast.failed("The record was changed", new Error(where));
    },
    onError: (error) => void toast.failed("The record could not be checked", error),
  });
  return (
    <Button isPending={check.isPending} onClick={() => check.mutate()}>
      Check the record
    </Button>
  );
}
