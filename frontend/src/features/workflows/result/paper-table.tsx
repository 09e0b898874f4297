"use client";

import { useState } from "react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Cell, Head, HeadCell, Row, Table } from "@/components/ui/table";
import { formatNumber, plural } from "@/lib/format";
import type { Paper } from "./paper";
import { ScrollBox } from "./scroll-box";

const AT_FIRST = 50;

export function PaperTable({ table }: { table: Paper["tables"][number] }) {
  const [isWhole, setWhole] = useState(false);
  const rows = isWhole ? table.rows : table.rows.slice(0, AT_FIRST);
  const label = table.title || "Table";
  return (
    <section className="space-y-2">
      <h3 className="font-semibold text-base">{label}</h3>
      <ScrollBox label={`${label}, table`} className="rounded-lg border border-line">
        <Table label={label} className="text-[0.8125rem]">
          <Head>
            <tr>
              {table.columns.map((column) => (
                <HeadCell key={column}>{column}</HeadCell>
              ))}
            </tr>
          </Head>
          <tbody>
            {rows.map((row, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: it has nothing but its place
              <Row key={index}>
                {table.columns.map((column, place) => (
                  <Cell key={column} className="min-w-16 max-w-96 wrap-anywhere">
                    <CellValue column={column} value={row[place]} />
                  </Cell>
                ))}
              </Row>
            ))}
          </tbody>
        </Table>
      </ScrollBox>
      {rows.length < table.rows.length && (
        <Button size="small" onClick={() => setWhole(true)}>
          Show all {plural(table.rows.length, "row")}
        </Button>
      )}
    </section>
  );
}

function CellValue({ column, value }: { column: string; value: unknown }) {
  if (value === null || value === undefined || value === "") return <span className="text-muted">–</span>;
  if (typeof value === "boolean") {
    if (column.trim().toLowerCase() !== "verified") return value ? "Yes" : "No";
    return <Badge tone={value ? "good" : "bad"}>{value ? "Verified" : "Not verified"}</Badge>;
  }
  return typeof value === "number" ? formatNumber(value) : String(value);
}
